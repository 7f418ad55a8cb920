"""The slow truth: DESIGN §2 as plain loops over plain rows. Nothing here imports featurec.

Rows are dicts of Python values: int, float, Decimal, str, bool, date, naive datetime (``timestamp``), aware
datetime (``timestamptz``), None.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class View:
    """The rows of a view and what its header says of them. ``columns`` are in output order."""

    rows: Sequence[Row]
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    timestamp: str
    available_at: str | None = None
    created_timestamp: str | None = None
    row_key: tuple[str, ...] = ()
    delay: timedelta = timedelta(0)
    ttl: timedelta | None = None
    timezone: str = "UTC"


@dataclass(frozen=True)
class Aggregation:
    """A function over one window. ``filter`` answers as SQL does: True, False, or None where it is unknown."""

    function: str
    column: str | None
    length: timedelta | None
    offset: timedelta = timedelta(0)
    n: int | None = None
    filter: Callable[[Row], bool | None] | None = None


@dataclass(frozen=True)
class Lookup:
    """One view in one role: which features, under which prefix, matched with which spine columns.

    A feature is a column of the newest row, but for those that ``windowed`` names.
    """

    view: View
    features: tuple[str, ...]
    join_keys: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    windowed: Mapping[str, Aggregation] = field(default_factory=dict)


def instant(value: date | datetime | None, timezone: str) -> datetime | None:
    """§2.1: in UTC. A clock reading that occurs twice, or never, is read as the later of the two it could be."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        return max(value.replace(tzinfo=ZoneInfo(timezone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return value.astimezone(UTC)


def times(view: View, row: Row) -> tuple[datetime, datetime | None, datetime, datetime] | None:
    """§2.2: τ, created time, κ and a of a row; None where the row is dropped."""
    event = instant(row[view.timestamp], view.timezone)
    known = instant(row[view.available_at or view.timestamp], view.timezone)
    created = instant(row[view.created_timestamp], view.timezone) if view.created_timestamp else None
    if event is None or known is None:
        return None
    return event, created, known + view.delay, max(event, known + view.delay)


def sortable(value: Any) -> tuple[bool, bool, Any]:
    """A value in ascending order: text by bytes, then NaN, then NULL."""
    if value is None:
        return True, False, 0
    if isinstance(value, float | Decimal) and math.isnan(value):
        return False, True, 0
    return False, False, value.encode() if isinstance(value, str) else value


def rank(view: View, row: Row) -> tuple[Any, ...]:
    """§2.3: what orders the rows of a key; the row must not be a dropped one."""
    stamps = times(view, row)
    assert stamps is not None
    event, created, available, _ = stamps
    return event, (created is not None, created), available, *(sortable(row[c]) for c in view.columns)


def usable(view: View, keys: Mapping[str, Any], at: datetime | None, strict: bool = False) -> list[Row]:
    """The rows of an entity with a ≤ at (``strict``: a < at)."""
    found = []
    for row in view.rows:
        same = all(keys[k] is not None and row[k] is not None and keys[k] == row[k] for k in view.keys)
        stamps = times(view, row) if same else None
        if stamps and at is not None and (stamps[3] < at if strict else stamps[3] <= at):
            found.append(row)
    return found


def as_of(view: View, keys: Mapping[str, Any], at: datetime | None, strict: bool = False) -> Row | None:
    """§2.3: the row of highest rank among those usable."""
    found = usable(view, keys, at, strict)
    return max(found, key=lambda row: rank(view, row)) if found else None


def alive(view: View, row: Row, at: datetime) -> bool:
    """§2.4: whether the row found still counts."""
    event = instant(row[view.timestamp], view.timezone)
    return event is not None and (view.ttl is None or at - event <= view.ttl)


def status(view: View, row: Row | None, feature: str, at: datetime) -> str:
    """§2.4, §7: what the online read says of a feature."""
    if row is None:
        return "NOT_FOUND"
    if not alive(view, row, at):
        return "OUTSIDE_MAX_AGE"
    return "NULL_VALUE" if row[feature] is None else "PRESENT"


def training(
    spine: Sequence[Row], timestamp: str, timezone: str, lookups: Mapping[str, Lookup], strict: bool = False
) -> list[dict[str, Any]]:
    """§2.6: every spine row once, its columns, then ``<role>__<feature>`` and ``<role>__event_timestamp``."""
    answer = []
    for asked in spine:
        at = instant(asked[timestamp], timezone)
        line = dict(asked)
        stamps = {}
        for role, lookup in lookups.items():
            view = lookup.view
            keys = {k: asked[lookup.join_keys.get(k, k)] for k in view.keys}
            row = as_of(view, keys, at, strict)
            for feature in lookup.features:
                if feature in lookup.windowed:
                    line[f"{role}__{feature}"] = windowed(view, keys, at, lookup.windowed[feature], strict)
                    continue
                value = row[feature] if row is not None and at is not None and alive(view, row, at) else None
                line[f"{role}__{feature}"] = lookup.defaults.get(feature) if value is None else value
            stamps[f"{role}__event_timestamp"] = instant(row[view.timestamp], view.timezone) if row else None
        answer.append(line | stamps)
    return answer


def latest(view: View, at: datetime) -> dict[tuple[Any, ...], Row]:
    """§2.7: entity -> its row at an instant, for every entity without a NULL key that has one."""
    entities = {tuple(row[k] for k in view.keys) for row in view.rows}
    found = {entity: as_of(view, dict(zip(view.keys, entity, strict=True)), at) for entity in entities}
    return {entity: row for entity, row in found.items() if row is not None}


def window(
    view: View,
    keys: Mapping[str, Any],
    at: datetime | None,
    length: timedelta | None,
    offset: timedelta = timedelta(0),
    strict: bool = False,
) -> list[Row]:
    """§2.5: the rows with at − offset − length < τ ≤ at − offset and a ≤ at, lowest rank first; None is a lifetime.

    Of rows with one ``row_key`` (NULLs are one value in it) only the highest is there. ``strict``: τ < at − offset
    and a < at.
    """
    rows = sorted(usable(view, keys, at, strict), key=lambda row: rank(view, row))
    if view.row_key:
        rows = list({tuple(sortable(row[c]) for c in view.row_key): row for row in rows}.values())
        rows.sort(key=lambda row: rank(view, row))
    found = []
    for row in rows:
        assert at is not None
        event, end = rank(view, row)[0], at - offset
        if (event < end if strict else event <= end) and (length is None or end - length < event):
            found.append(row)
    return found


def windowed(
    view: View, keys: Mapping[str, Any], at: datetime | None, wanted: Aggregation, strict: bool = False
) -> Any:
    """§2.5: the value of an aggregation at an instant."""
    return aggregate(wanted.function, kept(view, keys, at, wanted, strict), wanted.column, wanted.n)


def kept(
    view: View, keys: Mapping[str, Any], at: datetime | None, wanted: Aggregation, strict: bool = False
) -> list[Row]:
    """The rows of an aggregation's window for which its filter is true, lowest rank first."""
    rows = window(view, keys, at, wanted.length, wanted.offset, strict)
    return [row for row in rows if wanted.filter is None or wanted.filter(row) is True]


def aggregate(function: str, rows: Iterable[Row], column: str | None = None, n: int | None = None) -> Any:
    """§2.5: one function over the rows of a window, which come lowest rank first.

    Integers and decimals are summed exactly; averages and spreads are floats, rounded once.
    """
    values = [row[column] if column else True for row in rows]
    present = [value for value in values if value is not None]
    match function:
        case "count":
            return len(present)
        case "count_distinct":
            return len({sortable(value) for value in present})
        case "first" | "last":
            return (values[0] if function == "first" else values[-1]) if values else None
        case "last_n":
            return values[-n:][::-1] if values and n else None
        case "stddev" | "variance":
            spread = variance(present) if len(present) > 1 else None
            return math.sqrt(spread) if spread is not None and function == "stddev" else spread
    if not present:
        return None
    match function:
        case "sum":
            return total(present)
        case "avg":
            whole = total(present)
            return whole / len(present) if isinstance(whole, float) else float(Fraction(whole) / len(present))
        case "min" | "max":
            return (min if function == "min" else max)(present, key=sortable)
        case "last_not_null":
            return present[-1]
    raise ValueError(f"unknown function {function}")


def total(values: Sequence[Any]) -> Any:
    """A sum: of integers and decimals exact, of floats rounded once; Inf and NaN as IEEE has them."""
    infinite = [value for value in values if isinstance(value, float) and not math.isfinite(value)]
    if infinite:
        return sum(infinite)
    if isinstance(values[0], float):
        return math.fsum(values)
    with localcontext() as context:
        context.prec = 100
        return sum(values)


def variance(values: Sequence[Any]) -> float:
    """Of a sample of two or more, rounded once; NaN where one of them is not finite, Inf past the greatest double."""
    if any(isinstance(value, float) and not math.isfinite(value) for value in values):
        return math.nan
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    try:
        return float(sum((value - mean) ** 2 for value in exact) / (len(exact) - 1))
    except OverflowError:
        return math.inf
