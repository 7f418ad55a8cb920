"""Functions of a list that do not tell in which order its elements are."""

from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.aggregates import is_aggregate
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Value


def order_free(values: Values, node: exp.Expr) -> Value | None:
    """``len(list(x))``, ``list_sort(list(x))``: the same in whatever order rows are stored."""
    first = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
    inner = first.unnest()
    if not is_aggregate(inner) or node.find(exp.Lambda):
        return None
    at = values.around.number(inner)
    waits = values.opaque(node).waits
    return replace(values.opaque(node), waits=frozenset(w for w in waits if w.rule != "FC312" or w.at != at))
