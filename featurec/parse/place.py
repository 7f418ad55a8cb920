"""The author's place of a node or token.

sqlglot knows the offsets of identifiers, literals, stars and calls only; other nodes lie between theirs.
"""

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from featurec.diagnostic import Diagnostic
from featurec.source import Span
from featurec.template import Rendered


def span_of(node: exp.Expr, rendered: Rendered) -> Span:
    """What the author wrote for a node: its own place, else that of its first part that has one.

    A node without any (``CURRENT_DATE``, what a ``*`` stands for) gets the place of what surrounds it.
    """
    at: exp.Expr | None = node
    while at is not None:
        offsets = _offsets(at)
        if offsets is not None:
            return rendered.map.span(*offsets)
        at = at.parent
    return rendered.map.span(0, 1)


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
