"""The author's place of a node or token.

sqlglot knows the offsets of identifiers, literals, stars and calls only; other nodes lie between theirs.
"""

import re

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from featurec.diagnostic import Diagnostic
from featurec.parse.words import extent, name_of_call, words_of
from featurec.source import Span
from featurec.template import Rendered

_SKIPPED = r"""'(?:[^']|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|/\*.*?\*/"""


def span_of(node: exp.Expr, rendered: Rendered) -> Span:
    """What the author wrote for a node: its own place, else that of its first part that has one.

    A node without any (what a ``*`` stands for) gets the place of what surrounds it.
    """
    offsets = _name(node, rendered.sql) or _offsets(node) or _keyword(node, rendered.sql)
    at: exp.Expr | None = node
    while offsets is None and at is not None:
        at = at.parent
        offsets = None if at is None else _star(at) or _offsets(at)
    return rendered.map.span(*(offsets or (0, 1)))


def text_of(node: exp.Expr, rendered: Rendered) -> str | None:
    """The author's text of an expression in one line; None where its parts do not stand together."""
    words = words_of(rendered.sql)
    found = extent(node, words)
    if found is not None:
        return words.text(*found)
    keyword = _keyword(node, rendered.sql)
    return None if keyword is None else rendered.sql[slice(*keyword)]


def at_node(code: str, claim: str, node: exp.Expr, rendered: Rendered, cause: str = "", fix: str = "") -> Diagnostic:
    """A finding at a node."""
    return Diagnostic(code, claim, span_of(node, rendered), cause, fix, approximate=not rendered.map.exact)


def at_token(
    code: str, claim: str, token: Token | None, rendered: Rendered, cause: str = "", fix: str = ""
) -> Diagnostic:
    """A finding at a token; without one, where the SQL begins."""
    start, end = (token.start, token.end + 1) if token else (0, 1)
    return at_offsets(code, claim, (start, end), rendered, cause, fix)


def at_offsets(
    code: str, claim: str, offsets: tuple[int, int], rendered: Rendered, cause: str = "", fix: str = ""
) -> Diagnostic:
    """A finding at a range of the rendered SQL."""
    return Diagnostic(code, claim, rendered.map.span(*offsets), cause, fix, approximate=not rendered.map.exact)


def _offsets(node: exp.Expr) -> tuple[int, int] | None:
    """The range of the rendered SQL of a node, or of its first part that has one; the end is exclusive."""
    for part in node.walk(bfs=False):
        meta = part.meta if part._meta else None
        if meta and "start" in meta:
            return int(meta["start"]), int(meta["end"]) + 1
    return None


def _name(node: exp.Expr, sql: str) -> tuple[int, int] | None:
    """The place of a function's name, or of a LIMIT with its number."""
    words = words_of(sql)
    while isinstance(node, exp.Window | exp.Filter | exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup):
        node = node.this
    if isinstance(node, exp.Limit | exp.Fetch | exp.Offset):
        found = extent(node, words)
        return None if found is None else words.places(*found)
    if not isinstance(node, exp.Func) or isinstance(node, exp.Cast | exp.Case | exp.Connector):
        return None
    name = name_of_call(node, words)
    return None if name is None else words.places(name, name)


def _range(node: exp.Expr) -> tuple[int, int] | None:
    """From the first to the last part of a node that has a place; a table that qualifying has put before a column has not."""
    metas = [
        part.meta
        for part in node.walk()
        if part._meta and "start" in part.meta and not (part.arg_key == "table" and isinstance(part.parent, exp.Column))
    ]
    for column in node.find_all(exp.Column):
        table = column.args.get("table")
        if table is not None and "start" in table.meta and table.meta["end"] + 2 == column.this.meta.get("start"):
            metas.append(table.meta)
    return (min(m["start"] for m in metas), max(m["end"] for m in metas) + 1) if metas else None


def _star(node: exp.Expr) -> tuple[int, int] | None:
    """The place of the ``*`` of a SELECT, where qualifying has noted it."""
    found = node.meta.get("star") if node._meta else None
    return found if isinstance(found, tuple) else None


def _keyword(node: exp.Expr, sql: str) -> tuple[int, int] | None:
    """The place of a function that is a keyword, such as CURRENT_DATE: that nearest to what stands beside it."""
    if not isinstance(node, exp.Func):
        return None
    word = re.compile(rf"{_SKIPPED}|\b({node.sql_name()})\b", re.IGNORECASE | re.DOTALL)
    at, beside = node.parent, None
    while at is not None:
        around = _range(at) if at.parent is not None else (0, len(sql))
        if around is not None:
            found = [m.span(1) for m in word.finditer(sql) if m[1] and around[0] <= m.start() <= around[1]]
            if found:
                near = beside or around
                return min(found, key=lambda place: abs(place[0] - near[0]))
            beside = beside or around
        at = at.parent
    return None
