"""Random projects with windowed aggregations: ties, far edges, late rows, corrections, and values that do not cancel."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import strategies as st

from tests.generate import (
    BASES,
    FEATURE_NAMES,
    KEYS,
    MICROSECOND,
    STEPS,
    TIME_TYPES,
    ZONES,
    Clock,
    Entities,
    Generated,
    Table,
    merged,
    renamed,
)
from tests.oracle import Aggregation, Lookup, Row, View
from tests.warehouse import quoted

TAME = [None, 0.0, -0.0, 0.1, 0.2, 0.3, -1.5]
PALETTES: Mapping[str, list[list[Any]]] = {
    "bigint": [[None, 0, 1, 2, 3, 3, -1], [None, 2, 3, 2**62, 2**62 + 1, -(2**62), 2**63 - 1]],
    "integer": [[None, 0, 1, 2, 3, -7, 2**31 - 1]],
    "smallint": [[None, 0, 3, 2**15 - 1, -(2**15)]],
    "decimal(18,2)": [[None, Decimal("0.10"), Decimal("-0.10"), Decimal("1.00"), Decimal("9999999999999999.99")]],
    # Whatever is subtracted from a total takes 0.1 with it, where 1e16 or 1e300 came before.
    "double": [TAME, [*TAME, 1e16, -1e16], [*TAME, 1e300, -1e300, 1e-300], [*TAME, math.nan, math.inf, -math.inf]],
    # Values that are the same in 32 bits, but not their sums.
    "float": [[None, 0.0, -0.0, 0.5, -1.5, 2.0**24], [None, 0.5, 2.0**24, math.nan, math.inf, -math.inf]],
    "varchar": [[None, "", "a", "b", "A", "é", "z", "a "]],
    "boolean": [[None, True, False]],
    "date": [[None, date(2024, 2, 29), date(1969, 12, 31)]],
    "timestamp": [[None, datetime(2024, 2, 29, 23, 59, 59, 999999), datetime(1969, 12, 31)]],
    "timestamptz": [
        [None, datetime(2024, 2, 29, 23, 59, 59, 999999, UTC), datetime(1969, 12, 31, 1, tzinfo=UTC)],
    ],
}
NUMBERS = ("bigint", "integer", "smallint", "decimal(18,2)", "double", "float")
OF_NUMBERS = ("sum", "avg", "stddev", "variance")
OF_ANYTHING = ("count", "count_distinct", "min", "max", "first", "last", "last_not_null", "last_n")
UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "min": 60, "s": 1}

Truth = bool | None
Predicate = Callable[[Row], Truth]


@dataclass(frozen=True)
class Condition:
    """A filter as a header has it, and what it says of a row."""

    sql: str
    holds: Predicate


def spelled(length: timedelta | None) -> str:
    """A window or offset as a header has it."""
    if length is None:
        return "lifetime"
    for unit, seconds in UNITS.items():
        if length % timedelta(seconds=seconds) == timedelta(0):
            return f"{length // timedelta(seconds=seconds)}{unit}"
    return f"{length // MICROSECOND}us"


def compared(column: str, sql: str, holds: Callable[[Any], bool]) -> Condition:
    """A comparison of a column: unknown where it is NULL."""
    return Condition(f"{quoted(column)} {sql}".strip(), lambda row: None if row[column] is None else holds(row[column]))


def present(column: str) -> Condition:
    return Condition(f"{quoted(column)} IS NOT NULL", lambda row: row[column] is not None)


def negated(condition: Condition) -> Condition:
    def holds(row: Row) -> Truth:
        value = condition.holds(row)
        return None if value is None else not value

    return Condition(f"NOT ({condition.sql})", holds)


def both(one: Condition, other: Condition) -> Condition:
    def holds(row: Row) -> Truth:
        values = (one.holds(row), other.holds(row))
        return False if False in values else None if None in values else True

    return Condition(f"{one.sql} AND {other.sql}", holds)


def either(one: Condition, other: Condition) -> Condition:
    return Condition(f"({one.sql} OR {other.sql})", negated(both(negated(one), negated(other))).holds)


def simple_conditions(column: str, kind: str) -> list[Condition]:
    found = [present(column)]
    match kind:
        case "bigint" | "integer" | "smallint":
            found += [compared(column, "> 2", lambda v: v > 2), compared(column, "<> 0", lambda v: v != 0)]
        case "decimal(18,2)":
            found += [compared(column, ">= 0.10", lambda v: v >= Decimal("0.10"))]
        case "double" | "float":
            found += [compared(column, "< 1", lambda v: v < 1)]
        case "varchar":
            found += [compared(column, "= 'a'", lambda v: v == "a"), compared(column, "<> 'é'", lambda v: v != "é")]
        case "boolean":
            found += [compared(column, "", lambda v: v)]
        case "date":
            found += [compared(column, "> DATE '2000-01-01'", lambda v: v > date(2000, 1, 1))]
    return found


@st.composite
def conditions(draw: st.DrawFn, types: Mapping[str, str]) -> Condition:
    """A filter over these columns."""
    one = st.sampled_from([c for column, kind in types.items() for c in simple_conditions(column, kind)])
    return draw(one | one.map(negated) | st.builds(both, one, one) | st.builds(either, one, one))


@dataclass(frozen=True)
class Column:
    """A column that may be aggregated, and the values that it has."""

    kind: str
    values: list[Any]

    @property
    def functions(self) -> list[str]:
        """The functions that are defined on it; the square of 1e300 is past the greatest double."""
        numbers = OF_NUMBERS if self.kind in NUMBERS else ()
        return [*OF_ANYTHING, *(f for f in numbers if f in ("sum", "avg") or 1e300 not in self.values)]


@st.composite
def columns(draw: st.DrawFn, names: list[str]) -> dict[str, Column]:
    found = {}
    for name in names:
        kind = draw(st.sampled_from(["bigint", "double", "decimal(18,2)", *PALETTES]))
        found[name] = Column(kind, draw(st.sampled_from(PALETTES[kind])))
    return found


@st.composite
def windowed(
    draw: st.DrawFn, clock: Clock, features: Mapping[str, Column], moving: bool
) -> tuple[tuple[Mapping[str, Any], ...], dict[str, Aggregation]]:
    """The ``aggregations`` of a header, and what each of their features is to the oracle."""
    header: list[Mapping[str, Any]] = []
    found: dict[str, Aggregation] = {}
    # One lifetime is enough to make a join or a stream reach back to the first row, for all windows in it.
    window: st.SearchStrategy[timedelta | None] = lengths(clock) | st.none() if draw(st.booleans()) else lengths(clock)
    shared = draw(st.lists(window, min_size=1, max_size=3, unique=True))
    preferred = ("count", "count_distinct", "sum") if moving else ("sum", "avg", "min", "max", "count")
    types = {name: column.kind for name, column in features.items()}
    for index in range(draw(st.sampled_from([1, 4, 5, 6]))):
        column = draw(st.sampled_from(list(features)))
        offered = features[column].functions
        function = draw(st.sampled_from([*offered, *(f for f in preferred if f in offered)]))
        of_rows = function == "count" and draw(st.booleans())
        windows = draw(st.just(shared) | st.lists(window, min_size=1, max_size=2, unique=True))
        wanted: dict[str, Any] = {"function": function, "windows": [spelled(length) for length in windows]}
        if not of_rows:
            wanted["column"] = column
        n = draw(st.integers(1, 3)) if function == "last_n" else None
        offset = draw(seldom(clock.durations()))
        condition = draw(st.none() | st.none() | conditions(types))
        stem = "count" if of_rows else f"{column}_{function}"
        names = {f"{stem}_{spelled(length)}".casefold() for length in windows}
        taken = {name.casefold() for name in [*found, *features]}
        if offset or condition or names & taken or draw(st.booleans()):
            stem = wanted["name"] = f"named_{index}"
        wanted |= {"n": n} if n else {}
        wanted |= {"offset": spelled(offset)} if offset else {}
        wanted |= {"filter": condition.sql} if condition else {}
        header.append(wanted)
        for length in windows:
            found[f"{stem}_{spelled(length)}"] = Aggregation(
                function, None if of_rows else column, length, offset, n, condition.holds if condition else None
            )
    return tuple(header), found


def lengths(clock: Clock) -> st.SearchStrategy[timedelta]:
    """Windows: differences of instants, at times a microsecond off."""
    return clock.durations().map(lambda length: length or clock.step)


def most_of(element: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[list[Any]]:
    """Five of six elements, of a number that does not vary: of choices as many, hypothesis prefers none."""
    one = st.tuples(st.sampled_from([False, True, True, True, True, True]), element)
    return st.lists(one, min_size=count, max_size=count).map(lambda drawn: [value for there, value in drawn if there])


def seldom(length: st.SearchStrategy[timedelta]) -> st.SearchStrategy[timedelta]:
    return st.integers(0, 4).flatmap(lambda n: length if n == 4 else st.just(timedelta(0)))


# Whether rows become known late, any of them or some, and whether they replace each other: half of the views leave all
# strategies to choose from.
CORRECTIONS = [(None, False)] * 4 + [("any", False), ("some", False), (None, True), ("any", True), ("some", True)]

Made = tuple[View, Table, tuple[Mapping[str, Any], ...], dict[str, Aggregation]]


@st.composite
def views(draw: st.DrawFn, clock: Clock, keys: Mapping[str, str], entities: Entities, timezone: str) -> Made:
    """A view over these keys, its rows and its windowed features."""
    stamps = {"at_event": draw(TIME_TYPES)}
    late, replaced = draw(st.sampled_from(CORRECTIONS))
    if late:
        stamps["at_known"] = stamps["at_event"] if late == "some" else draw(TIME_TYPES)
    if draw(st.booleans()):
        stamps["at_created"] = draw(TIME_TYPES)
    names = draw(st.lists(st.sampled_from(FEATURE_NAMES), min_size=1, max_size=3, unique=True))
    features = draw(columns(names))
    row_key = draw(st.sampled_from([("event id",), ("event id", "part")])) if replaced else ()
    identity = {"event id": st.sampled_from([1, 2, 3, None]), "part": st.sampled_from(["", "a", None])}
    types = {name: column.kind for name, column in features.items()}
    types |= {name: "varchar" if name == "part" else "bigint" for name in row_key}
    types = dict(draw(st.permutations(list({**keys, **stamps, **types}.items()))))
    values = {name: clock.readings(kind, timezone) for name, kind in stamps.items()}
    values |= {name: st.sampled_from(column.values) for name, column in features.items()}
    values |= {name: identity[name] for name in row_key}
    rest = st.fixed_dictionaries(values)
    if late == "some":
        rest = st.tuples(rest, st.sampled_from([True, True, True, False])).map(mostly_on_time)
    rows = draw(most_of(st.tuples(entities, rest).map(merged), 30))
    view = View(
        rows=rows,
        columns=tuple(types),
        keys=tuple(keys),
        timestamp="at_event",
        available_at="at_known" if "at_known" in stamps else None,
        created_timestamp="at_created" if "at_created" in stamps else None,
        row_key=row_key,
        delay=draw(seldom(clock.durations())),
        ttl=draw(st.none() | clock.durations()) or None,
        timezone=timezone,
    )
    header, aggregations = draw(windowed(clock, features, moving=bool(late or replaced)))
    return view, Table(types, tuple(rows)), header, aggregations


def mostly_on_time(drawn: tuple[Row, bool]) -> dict[str, Any]:
    row, on_time = drawn
    return {**row, "at_known": row["at_event"]} if on_time else dict(row)


@st.composite
def windowed_projects(draw: st.DrawFn) -> Generated:
    """A project with windowed aggregations, its data and a training request."""
    clock = Clock(draw(st.sampled_from(BASES)), draw(st.sampled_from(STEPS)))
    timezone = draw(st.sampled_from(ZONES))
    kinds = draw(st.lists(st.sampled_from(["bigint", "varchar", "varchar"]), min_size=1, max_size=2))
    keys = {f"key {n}" if n == 2 else f"key_{n}": kind for n, kind in enumerate(kinds, 1)}
    one = st.fixed_dictionaries({key: st.sampled_from(KEYS[kind]) for key, kind in keys.items()})
    some = draw(st.lists(one, min_size=1, max_size=3))
    unknown = some[0] | {draw(st.sampled_from(list(keys))): None}
    entities = st.sampled_from([*some * 5, unknown])
    zone = draw(st.sampled_from([timezone, timezone, *ZONES]))
    view, table, header, aggregations = draw(views(clock, keys, entities, zone))
    roles = {"v": {key: key for key in keys}}
    if draw(st.booleans()):
        roles["v_elsewhere"] = {key: f"other {key}" for key in keys}
    types = {mapped[key]: kind for mapped in roles.values() for key, kind in keys.items()}
    types |= {"t": draw(TIME_TYPES), "label": "bigint"}
    rest = st.fixed_dictionaries({"t": clock.readings(types["t"], timezone, latest=7), "label": st.integers(0, 1)})
    asking = [entities.map(partial(renamed, names=mapped)) for mapped in roles.values()]
    line = st.tuples(*asking, rest).map(merged).map(lambda row: {c: row[c] for c in types})
    spine = draw(most_of(line, 12))
    spine += draw(st.lists(st.sampled_from(spine), max_size=2)) if spine else []
    latest = draw(st.lists(st.sampled_from(view.columns), max_size=2, unique=True))
    asked = tuple(draw(st.permutations([*aggregations, *latest])))
    return Generated(
        views={"v": view},
        tables={"v": table},
        spine=Table(types, tuple(spine)),
        timezone=timezone,
        lookups={role: Lookup(view, asked, mapped, windowed=aggregations) for role, mapped in roles.items()},
        viewed=dict.fromkeys(roles, "v"),
        strict=draw(st.booleans()),
        aggregations={"v": header},
    )
