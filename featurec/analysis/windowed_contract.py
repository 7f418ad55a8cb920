"""The contract of a view's aggregations: functions that fit their columns, under names of their own."""

from collections.abc import Iterator, Mapping, Sequence

from featurec.analysis.contract import MAX_NAME
from featurec.analysis.types import NUMERIC, TEMPORAL, family
from featurec.diagnostic import Diagnostic, Label
from featurec.source import Span
from featurec.spec import Aggregation, Column, FeatureView, Spine

_NUMBERS = frozenset({"sum", "avg", "stddev", "variance"})
_EXTREMES = frozenset({"min", "max"})
_ORDERED = NUMERIC | TEMPORAL | {"text", "boolean"}
_NESTED = ("struct(", "map(", "union(", "json")
_TYPED = frozenset({"sum", "min", "max", "first", "last", "last_not_null", "last_n"})
"""Functions whose result has the type of their column, or one made from it."""


def check_aggregations(
    spec: FeatureView | Spine, columns: Sequence[Column], places: Mapping[str, Span], settled: bool
) -> Iterator[Diagnostic]:
    """FC211 and FC212 for names, FC404 for types; a column that the SELECT lacks is left to FC210.

    Args:
        columns: of the SELECT, with the types that hold.
        places: output name -> where the SELECT says it.
        settled: every name in the SELECT is known; else a type may be unknown for that reason alone.
    """
    if isinstance(spec, Spine):
        return
    known = {column.name.lower(): column for column in reversed(columns)}
    declared = {feature.name.lower() for feature in spec.features}
    for aggregation in spec.aggregations:
        for name in (aggregation.output_name(window) for window in aggregation.windows):
            if len(name.encode()) > MAX_NAME:
                yield _long(name, aggregation)
            if name.lower() in known and name.lower() not in declared:
                yield _taken(known[name.lower()], aggregation, places)
        column = known.get((aggregation.column or "").lower())
        if column is not None and (column.type is not None or settled):
            yield from _unfit(aggregation, column, places)


def _long(name: str, aggregation: Aggregation) -> Diagnostic:
    claim = f"the name `{name}` of an aggregation is longer than {MAX_NAME} bytes"
    cause = f"it has {len(name.encode())}; Postgres would cut it"
    return Diagnostic("FC212", claim, aggregation.span, cause, "give the aggregation a shorter `name:`")


def _taken(column: Column, aggregation: Aggregation, places: Mapping[str, Span]) -> Diagnostic:
    claim = f"a column of the SELECT and an aggregation are both called `{column.name}`"
    place = places.get(column.name)
    labels = (Label(place, "the column"),) if place else ()
    fix = "give the aggregation another `name:`, or the column another alias"
    return Diagnostic("FC211", claim, aggregation.span, "a request could not tell which of them it means", fix, labels)


def _unfit(aggregation: Aggregation, column: Column, places: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """FC404 where the function cannot be computed over the column, or its result would have no known type."""
    function, kind = aggregation.function, family(column.type)
    place = places.get(column.name)
    if kind is None:
        if function in _TYPED:
            claim = f"the type of `{column.name}` is not known, and `{function}` of it would have none"
            cause = "a feature has the same type in every warehouse and online"
            fix = f"declare `{column.name}` under `features`, or write `CAST(… AS double) AS {column.name}`"
            labels = (Label(place, "of a type that is not known"),) if place else ()
            yield Diagnostic("FC404", claim, aggregation.span, cause, fix, labels)
        return
    nested = str(column.type).startswith(_NESTED) or str(column.type).endswith("[]")
    if function in _NUMBERS and kind not in NUMERIC:
        cause, fix = f"`{function}` needs a number", f"write `CAST(… AS double) AS {column.name}`, or count it"
    elif function in _EXTREMES and kind not in _ORDERED:
        cause = f"`{function}` needs a number, a text, a boolean, a date or a timestamp"
        fix = f"write `CAST(… AS varchar) AS {column.name}`, or take `last`"
    elif function == "count_distinct" and nested:
        cause, fix = "`count_distinct` needs values that every engine can compare", "count a field of it, or its text"
    else:
        return
    labels = (Label(place, f"`{column.type}`"),) if place else ()
    claim = f"`{function}` does not fit `{column.name}`, which is `{column.type}`"
    yield Diagnostic("FC404", claim, aggregation.span, cause, fix, labels)
