"""The author's place of a node or token.

sqlglot knows the offsets of identifiers, literals, stars and calls only; other nodes lie between theirs.
"""

import re

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from featurec.diagnostic import Diagnostic
from featurec.source import Span
from featurec.template import Rendered

_LONGEST = 200
_SKIPPED = r"""'(?:[^']|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|/\*.*?\*/"""


def span_of(node: exp.Expr, rendered: Rendered) -> Span:
    """What the author wrote for a node: its own place, else that of its first part that has one.

    A node without any (what a ``*`` stands for) gets the place of what surrounds it.
    """
    offsets = _offsets(node) or _keyword(node, rendered.sql)
    at: exp.Expr | None = node
    while offsets is None and at is not None:
        at = at.parent
        offsets = None if at is None else _star(at) or _offsets(at)
    return rendered.map.span(*(offsets or (0, 1)))


def text_of(node: exp.Expr, rendered: Rendered) -> str | None:
    """The author's text of a node in one line; None where its parts do not stand together."""
    around = _range(node) or _keyword(node, rendered.sql)
    if around is None or around[1] - around[0] > _LONGEST:
        return None
    text, rest = rendered.sql[slice(*around)], rendered.sql[around[1] :]
    if rest.startswith("("):
        text, rest = text + "(", rest[1:]
    while text.count("(") > text.count(")") and rest.lstrip().startswith(")"):
        rest = rest.lstrip()[1:]
        text += ")"
    return " ".join(text.split()) if _is_one_expression(text) else None


def _is_one_expression(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth < 0 or (char == "," and not depth):
            return False
    return depth == 0


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
        around = _range(at)
        if around is not None:
            found = [m.span(1) for m in word.finditer(sql) if m[1] and around[0] <= m.start() <= around[1]]
            if found:
                near = beside or around
                return min(found, key=lambda place: abs(place[0] - near[0]))
            beside = beside or around
        at = at.parent
    return None
