"""The windowed features of a view: what each is called, what it computes, and the type that it has in every engine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.model import AnalyzedView, EdgeKind, LineageEdge
from featurec.analysis.types import canonical, family
from featurec.spec import Aggregation, Column, Entity, FeatureView, Window

COUNTS = frozenset({"count", "count_distinct"})
"""Functions that are 0 over an empty window, where the others are NULL."""

_SMALL = frozenset({"tinyint", "smallint", "integer", "utinyint", "usmallint"})
"""Integers of which 64 bits hold the sum of four thousand million."""


@dataclass(frozen=True)
class Windowed:
    """One aggregation over one of its windows.

    Attributes:
        name: of the feature.
        type: DuckDB-spelled; None where that of the column is not known.
    """

    name: str
    type: str | None
    aggregation: Aggregation
    window: Window

    @property
    def empty(self) -> int | None:
        """Its value over an empty window."""
        return 0 if self.aggregation.function in COUNTS else None


def windowed(view: AnalyzedView) -> Mapping[str, Windowed]:
    """The windowed features of a feature view by name, in the order of the header."""
    if not isinstance(view.spec, FeatureView):
        return {}
    found = {}
    for aggregation in view.spec.aggregations:
        column = view.column(aggregation.column) if aggregation.column else None
        type_ = result_type(aggregation.function, column.type if column else None)
        for window in aggregation.windows:
            name = aggregation.output_name(window)
            found[name] = Windowed(name, type_, aggregation, window)
    return found


def relation_columns(view: AnalyzedView) -> tuple[Column, ...]:
    """The columns that others read of a view: those of its SELECT, then its windowed features at each row's own time."""
    return view.columns + tuple(Column(w.name, w.type, w.aggregation.span) for w in windowed(view).values())


def windowed_lineage(view: AnalyzedView, entities: Mapping[str, Entity]) -> Mapping[str, tuple[LineageEdge, ...]]:
    """Windowed feature -> what it reads of the columns of its own view.

    The aggregated column is its value; keys, times and ``row_key`` say which rows the window holds.
    """
    if not isinstance(view.spec, FeatureView):
        return {}
    spec = view.spec
    keys = [key.name for name in spec.entities if name in entities for key in entities[name].join_keys]
    times = filter(None, (spec.timestamp, spec.available_at, spec.created_timestamp))
    held = [*keys, *times, *spec.row_key]

    def edges(names: Iterable[str], kind: EdgeKind) -> set[LineageEdge]:
        found = (view.column(name) for name in names)
        return {LineageEdge(spec.key, column.name, kind) for column in found if column is not None}

    lineage = {}
    for name, feature in windowed(view).items():
        of = feature.aggregation
        value = [of.column] if of.column is not None else []
        read = _columns_read(view.filters[of.filter], spec.dialect) if of.filter is not None else []
        lineage[name] = tuple(sorted(edges(value, "value") | edges(held, "window") | edges(read, "filter")))
    return lineage


def _columns_read(condition: str, dialect: str) -> list[str]:
    """The columns of a checked condition; of fields of a struct the column that holds it."""
    tree: exp.Expr = exp.maybe_parse(condition, dialect=dialect)
    return [column.parts[0].name for column in tree.find_all(exp.Column)]


def result_type(function: str, column: str | None) -> str | None:
    """The DuckDB-spelled type of a function over a column of a type.

    Sums of integers are integers, of decimals decimals of the same scale: exact, or an error where 38 digits do not
    suffice. Averages and spreads are doubles. None where the column's type is not known.
    """
    if function in COUNTS:
        return "bigint"
    if function in ("avg", "stddev", "variance"):
        return "double"
    kind = canonical(column)
    if kind is None:
        return None
    if function == "last_n":
        return f"{kind}[]"
    if function != "sum":
        return kind
    if kind in _SMALL:
        return "bigint"
    if family(kind) == "integer":
        return "decimal(38,0)"
    if family(kind) == "decimal":
        scale = kind.partition("(")[2].rstrip(")").partition(",")[2].strip() or "3"
        return f"decimal(38,{scale})"
    return "double"
