"""How each column of a view's table, and of its online rows, comes from others: in the words of the OpenLineage specification."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.scope import Scope, build_scope

from featurec.analysis.model import AnalyzedProject, AnalyzedView, EdgeKind, LineageEdge
from featurec.analysis.windowed import windowed, windowed_lineage
from featurec.spec import FeatureView

Nature = Literal["IDENTITY", "TRANSFORMATION", "AGGREGATION"]
"""What a value is of another: the same, computed from it, computed from many."""

Indirect = Literal["WINDOW", "FILTER", "JOIN", "GROUP_BY", "SORT"]

_NATURES: tuple[Nature, ...] = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")
_INDIRECT: Mapping[EdgeKind, Indirect] = {
    "window": "WINDOW",
    "filter": "FILTER",
    "join": "JOIN",
    "group": "GROUP_BY",
    "order": "SORT",
}


@dataclass(frozen=True, order=True)
class Influence:
    """One column that another depends on.

    Attributes:
        relation: ``source.<source>.<table>`` or ``view.<view>``.
        kind: a ``Nature`` where the value is computed from it, else the clause that reads it.
    """

    relation: str
    column: str
    kind: Nature | Indirect

    @property
    def direct(self) -> bool:
        return self.kind in _NATURES


@dataclass(frozen=True)
class ColumnLineage:
    """Columns of a dataset with what their values depend on, and what decides which rows there are."""

    columns: Mapping[str, tuple[Influence, ...]]
    rows: tuple[Influence, ...]


def table_lineage(view: AnalyzedView) -> ColumnLineage:
    """Of the columns of a view's SELECT, from the relations that it reads."""
    natures = _Natures(view)
    columns = {
        name: _influences(edges, natures.of_output(name) if any(e.kind == "value" for e in edges) else "IDENTITY")
        for name, edges in view.lineage.columns.items()
    }
    return ColumnLineage(columns, _influences(view.lineage.rows, "TRANSFORMATION"))


def online_lineage(analyzed: AnalyzedProject, name: str) -> ColumnLineage:
    """Of the keys and features of a view's online rows, from the columns of its table."""
    view = analyzed.views[name]
    spec = view.spec
    assert isinstance(spec, FeatureView)
    keys = [key.name for entity in spec.entities for key in analyzed.project.entities[entity].join_keys]
    plain = dict.fromkeys([*keys, *(feature.name for feature in spec.features)])
    columns: dict[str, tuple[Influence, ...]] = {c: (Influence(spec.key, c, "IDENTITY"),) for c in plain}
    edges = windowed_lineage(view, analyzed.project.entities)
    columns |= {window: _influences(edges[window], "AGGREGATION") for window in windowed(view)}
    times = filter(None, (spec.timestamp, spec.available_at, spec.created_timestamp))
    grouped = [Influence(spec.key, key, "GROUP_BY") for key in dict.fromkeys(keys)]
    return ColumnLineage(columns, (*grouped, *(Influence(spec.key, time, "SORT") for time in dict.fromkeys(times))))


def _influences(edges: Iterable[LineageEdge], nature: Nature) -> tuple[Influence, ...]:
    found = {Influence(e.relation, e.column, nature if e.kind == "value" else _INDIRECT[e.kind]) for e in edges}
    return tuple(sorted(found))


class _Natures:
    """What the output columns of one query do to the columns that they are made of."""

    def __init__(self, view: AnalyzedView) -> None:
        try:
            self._scope = build_scope(view.qualified_tree())
        except OptimizeError:
            self._scope = None
        self._known: dict[tuple[int, str], Nature] = {}

    def of_output(self, name: str) -> Nature:
        return self._of_column(self._scope, name) if self._scope else "TRANSFORMATION"

    def _of_column(self, scope: Scope, name: str) -> Nature:
        """Of an output column of a query; TRANSFORMATION where it cannot be told."""
        mark = (id(scope), name.lower())
        if mark not in self._known:
            self._known[mark] = "IDENTITY"  # of a recursive query while it is looked at: the other branches decide
            self._known[mark] = self._found(scope, name.lower())
        return self._known[mark]

    def _found(self, scope: Scope, name: str) -> Nature:
        names = [output.lower() for output in _outputs(scope)]
        if name not in names:
            return "TRANSFORMATION"
        position, query = names.index(name), scope.expression
        if isinstance(query, exp.SetOperation):
            branches = [(branch, _outputs(branch)) for branch in scope.set_operation_scopes]
            return _worst(self._of_column(b, columns[position]) for b, columns in branches if position < len(columns))
        return self._of_expression(query.selects[position], scope) if isinstance(query, exp.Query) else "TRANSFORMATION"

    def _of_expression(self, node: exp.Expr, scope: Scope) -> Nature:
        inner = node.unalias().unnest()
        below = [self._of_reference(column, scope) for column in inner.find_all(exp.Column)]
        if isinstance(inner, exp.Column):
            return below[0]
        own: Nature = "AGGREGATION" if inner.find(exp.AggFunc) else "TRANSFORMATION"
        return _worst([own, *below])

    def _of_reference(self, column: exp.Column, scope: Scope) -> Nature:
        source = scope.sources.get(column.table)
        if isinstance(source, Scope):
            return self._of_column(source, column.name)
        return "IDENTITY" if isinstance(source, exp.Table) else "TRANSFORMATION"


def _outputs(scope: Scope) -> list[str]:
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []


def _worst(natures: Iterable[Nature]) -> Nature:
    return max(natures, key=_NATURES.index, default="TRANSFORMATION")
