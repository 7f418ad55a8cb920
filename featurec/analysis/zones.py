"""The time zones that a naive time comes from: those of the sources of its columns, through what keeps it a time."""

from collections.abc import Callable

from sqlglot import exp

from featurec.analysis.relation import Output, Relation
from featurec.analysis.types import NAIVE, family

UTC = frozenset({"UTC"})
NOWHERE: frozenset[str] = frozenset()

_BESIDE = frozenset({"partition_by", "order", "spec", "unit", "zone", "format"})
_SECOND_IS_KEY = (exp.ArgMax, exp.ArgMin, exp.HavingMax, exp.Filter, exp.Window, exp.NthValue, exp.Lag, exp.Lead)


class Zones:
    """Zones of expressions of one scope."""

    def __init__(self, column: Callable[[exp.Column], Output | None], query: Callable[[exp.Expr], Relation]) -> None:
        self.column = column
        self.query = query

    def of(self, node: exp.Expr, type_: str | None) -> frozenset[str]:
        """Zones of a value of this type; none for instants and for what is no time and cannot become one."""
        if family(type_) not in (*NAIVE, "text", None):
            return NOWHERE
        found: set[str] = set()
        stack: list[exp.Expr] = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, exp.Column):
                output = self.column(part) if isinstance(part.this, exp.Identifier) else None
                if output is not None:
                    # An instant that became naive did so in the session's zone, UTC.
                    found |= UTC if family(output.type) == "timestamptz" else output.zones
            elif isinstance(part, exp.Query):
                for output in self.query(part).outputs[:1]:
                    found |= UTC if family(output.type) == "timestamptz" else output.zones
            else:
                stack.extend(_flow(part))
        return frozenset(found)


def _flow(node: exp.Expr) -> list[exp.Expr]:
    """The children that a time may flow through: not conditions, keys, windows or units."""
    if isinstance(node, exp.Case):
        results = [branch.args.get("true") for branch in node.args.get("ifs") or ()]
        return [part for part in (*results, node.args.get("default")) if isinstance(part, exp.Expr)]
    if isinstance(node, exp.If):
        return [part for key in ("true", "false") if isinstance(part := node.args.get(key), exp.Expr)]
    if isinstance(node, _SECOND_IS_KEY):
        return [node.this]
    if isinstance(node, exp.Order | exp.Predicate | exp.Interval):
        return [node.this] if isinstance(node, exp.Order) and node.this else []
    return [child for child in node.iter_expressions() if child.arg_key not in _BESIDE]
