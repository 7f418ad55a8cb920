"""Random projects with data: few values, so that ties, equal instants and edges are the rule and not the exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.oracle import Lookup, Row, View, instant, times
from tests.warehouse import quoted

MICROSECOND = timedelta(microseconds=1)

KEYS: Mapping[str, list[Any]] = {
    "bigint": [1, 2, 12, -1],
    # Joined with any separator some of these pairs become equal.
    "varchar": ["", "a", "b", "ab", "a|b", "|b", "a|", "A", "a "],
    "date": [date(2024, 3, 1), date(2024, 3, 2)],
    "decimal(18,2)": [Decimal("1.00"), Decimal("1.10")],
}
VALUES: Mapping[str, list[Any]] = {
    "bigint": [None, 0, 1, -1, 2**63 - 1, 2**53 + 1],
    "double": [None, 0.0, -0.0, 1.5, 1e-300, float("inf"), float("-inf"), float("nan")],
    "varchar": [
        None,
        "",
        " ",
        "a",
        "A",
        "é",
        "e\u0301",
        "z",
        "ﬀ",
        "😀",
        "'",
        '"',
        "\\",
        "a\nb",
        "{{ x }}",
        "%s",
        "\x7f",
    ],
    "boolean": [None, True, False],
    "date": [None, date(2024, 2, 29), date(1969, 12, 31)],
    "timestamp": [None, datetime(2024, 2, 29, 23, 59, 59, 999999), datetime(1969, 12, 31)],
    "timestamptz": [None, datetime(2024, 2, 29, 23, 59, 59, 999999, UTC), datetime(1969, 12, 31, tzinfo=UTC)],
    "decimal(18,2)": [None, Decimal("0.10"), Decimal("-0.10"), Decimal("9999999999999999.99")],
}
FEATURE_NAMES = ["x", "with space", "été", 'quo"te', "select", "Mixed", "row_number", "candidate"]
# Beside plain days: the hours around both changes of the clock in New York, and the turn to negative epochs.
BASES = [
    datetime(2024, 3, 1),
    datetime(2024, 3, 10, 1),
    datetime(2024, 11, 3, 0, 30),
    datetime(1969, 12, 31, 23, 59, 59),
]
STEPS = [MICROSECOND, timedelta(seconds=1), timedelta(minutes=30), timedelta(days=1)]
ZONES = ["UTC", "America/New_York", "Asia/Kolkata"]


@dataclass(frozen=True)
class Table:
    """Columns with DuckDB-spelled types, in order, and rows."""

    types: Mapping[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Generated:
    """A project of one or two views, a spine, and what is asked.

    Attributes:
        views: name -> what the oracle knows of it; its rows lie in table ``raw.<name>``.
        tables: name -> the same rows with their types.
        spine: table ``raw.spine``; ``t`` is its as-of column.
        lookups: role -> the lookup, as the oracle takes it.
        viewed: role -> name of its view.
        aggregations: view -> its ``aggregations`` as a header has them.
    """

    views: Mapping[str, View]
    tables: Mapping[str, Table]
    spine: Table
    timezone: str
    lookups: Mapping[str, Lookup]
    viewed: Mapping[str, str]
    strict: bool
    aggregations: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)

    def write(self, root: Path) -> None:
        """Write the project's files below a folder."""
        (root / "features").mkdir(parents=True)
        entities = {f"of_{name}": {"join_keys": self.typed(name, view.keys)} for name, view in self.views.items()}
        dump(root / "featurec.yml", {"name": "generated", "timezone": self.timezone})
        dump(root / "entities.yml", {"entities": entities})
        dump(root / "sources.yml", {"sources": {f"in_{n}": self.source(n, v) for n, v in self.views.items()}})
        for name, view in self.views.items():
            columns = ",\n  ".join(quoted(column) for column in view.columns)
            header = dumped(self.header(name, view))
            text = f"/*---\n{header}---*/\nSELECT\n  {columns}\nFROM {{{{ source('in_{name}', '{name}') }}}}\n"
            (root / "features" / f"{name}.sql").write_text(text)

    def typed(self, name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"name": column, "type": self.tables[name].types[column]} for column in columns]

    def source(self, name: str, view: View) -> dict[str, Any]:
        known = {"available_at": view.available_at} if view.available_at else {}
        table = {"columns": dict(self.tables[name].types), "timestamp": view.timestamp, **known}
        return {"schema": "raw", "timezone": view.timezone, "tables": {name: table}}

    def header(self, name: str, view: View) -> dict[str, Any]:
        defaults = {
            f: v
            for role, lookup in self.lookups.items()
            if self.viewed[role] == name
            for f, v in lookup.defaults.items()
        }
        features = {
            column: {
                "type": self.tables[name].types[column],
                **({"default": defaults[column]} if column in defaults else {}),
            }
            for column in view.columns
            if column not in view.keys and not column.startswith("at_")
        }
        header: dict[str, Any] = {"entities": [f"of_{name}"], "timestamp": view.timestamp, "features": features}
        times_of_row = {"available_at": view.available_at, "created_timestamp": view.created_timestamp}
        header |= {key: column for key, column in times_of_row.items() if column}
        if view.row_key:
            header["row_key"] = list(view.row_key)
        if self.aggregations.get(name):
            header["aggregations"] = list(map(dict, self.aggregations[name]))
        if view.delay:
            header["delay"] = f"{view.delay // MICROSECOND}us"
        if view.ttl is not None:
            header["ttl"] = f"{view.ttl // MICROSECOND}us"
        return header


def dump(path: Path, value: dict[str, Any]) -> None:
    path.write_text(dumped(value))


def dumped(value: dict[str, Any]) -> str:
    """As YAML, by the fast writer."""
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


@dataclass(frozen=True)
class Clock:
    """The few instants of an example: ``base + k * step``, at times a microsecond off."""

    base: datetime
    step: timedelta

    def readings(self, kind: str, timezone: str, latest: int = 5) -> st.SearchStrategy[Any]:
        """Values of a time column of this type, a NULL now and then."""
        exact = [self.base + k * self.step for k in range(latest + 1)]
        if kind == "date":
            days = [self.base.date() + timedelta(days=k) for k in range(latest + 1)]
            return st.sampled_from([*days, *(at.date() for at in exact), None])
        clocks = [*exact, *exact, *(at + off for at in exact for off in (MICROSECOND, -MICROSECOND))]
        return st.sampled_from([*(instant(at, timezone) if kind == "timestamptz" else at for at in clocks), None, None])

    def durations(self) -> st.SearchStrategy[timedelta]:
        """Zero or more: differences of instants above, at times a microsecond off."""
        return st.builds(
            lambda k, off: max(k * self.step + off * MICROSECOND, timedelta(0)),
            st.integers(0, 4),
            st.sampled_from([0, 0, 1, -1]),
        )


Entities = st.SearchStrategy[dict[str, Any]]
TIME_TYPES = st.sampled_from(["timestamptz", "timestamptz", "timestamp", "date"])


@st.composite
def views(
    draw: st.DrawFn, clock: Clock, keys: Mapping[str, str], entities: Entities, timezone: str
) -> tuple[View, Table]:
    """A view over these keys, and its rows."""
    stamps = {"at_event": draw(TIME_TYPES)}
    if draw(st.booleans()):
        stamps["at_known"] = draw(TIME_TYPES)
    if draw(st.booleans()):
        stamps["at_created"] = draw(TIME_TYPES)
    names = draw(st.lists(st.sampled_from(FEATURE_NAMES), min_size=1, max_size=2, unique=True))
    features = {name: draw(st.sampled_from(sorted(VALUES))) for name in names}
    types = dict(draw(st.permutations(list({**keys, **stamps, **features}.items()))))
    values = {name: clock.readings(kind, timezone) for name, kind in stamps.items()}
    values |= {name: st.sampled_from(VALUES[kind]) for name, kind in features.items()}
    size = draw(st.sampled_from([0, 1, 2, 4, 8, 12]))
    rest = st.fixed_dictionaries(values)
    rows = draw(st.lists(st.tuples(entities, rest).map(merged), min_size=size, max_size=size))
    view = View(
        rows=rows,
        columns=tuple(types),
        keys=tuple(keys),
        timestamp="at_event",
        available_at="at_known" if "at_known" in stamps else None,
        created_timestamp="at_created" if "at_created" in stamps else None,
        delay=draw(st.just(timedelta(0)) | clock.durations()),
        ttl=draw(st.none() | clock.durations()) or None,
        timezone=timezone,
    )
    return view, Table(types, tuple(rows))


@st.composite
def projects(draw: st.DrawFn) -> Generated:
    """A project, its data and a training request."""
    clock = Clock(draw(st.sampled_from(BASES)), draw(st.sampled_from(STEPS)))
    timezone = draw(st.sampled_from(ZONES))
    kinds = draw(
        st.lists(st.sampled_from(["bigint", "varchar", "varchar", "date", "decimal(18,2)"]), min_size=1, max_size=3)
    )
    keys = {f"key {n}" if n == 2 else f"key_{n}": kind for n, kind in enumerate(kinds, 1)}
    one = st.fixed_dictionaries({key: st.sampled_from(KEYS[kind]) for key, kind in keys.items()})
    some = draw(st.lists(one, min_size=1, max_size=2))
    unknown = some[0] | {draw(st.sampled_from(list(keys))): None}
    entities = st.sampled_from([*some, *some, *some, unknown])
    zones = st.sampled_from([timezone, timezone, *ZONES])
    made = {
        name: draw(views(clock, keys, entities, draw(zones)))
        for name in draw(st.sampled_from([["v"], ["v"], ["v", "w"]]))
    }
    roles = {"": {key: key for key in keys}}
    if draw(st.booleans()):
        roles["_elsewhere"] = {key: f"other {key}" for key in keys}
    types = {mapped[key]: kind for mapped in roles.values() for key, kind in keys.items()}
    types |= {"t": draw(TIME_TYPES), "label": "bigint"}
    rest = st.fixed_dictionaries({"t": clock.readings(types["t"], timezone, latest=9), "label": st.integers(0, 1)})
    asking = [entities.map(partial(renamed, names=mapped)) for mapped in roles.values()]
    spine = draw(st.lists(st.tuples(*asking, rest).map(merged).map(lambda row: {c: row[c] for c in types}), max_size=8))
    spine += draw(st.lists(st.sampled_from(spine), max_size=2)) if spine else []
    lookups, viewed = {}, {}
    for name, (view, table) in made.items():
        asked = tuple(draw(st.lists(st.sampled_from(view.columns), min_size=1, max_size=3, unique=True)))
        plain = [c for c in asked if c in FEATURE_NAMES and table.types[c] in ("bigint", "varchar", "boolean")]
        defaults = {c: draw(st.sampled_from(VALUES[table.types[c]][1:3])) for c in plain if draw(st.booleans())}
        for suffix, mapped in roles.items():
            lookups[name + suffix], viewed[name + suffix] = Lookup(view, asked, mapped, defaults), name
    return Generated(
        views={name: view for name, (view, _) in made.items()},
        tables={name: table for name, (_, table) in made.items()},
        spine=Table(types, tuple(spine)),
        timezone=timezone,
        lookups=lookups,
        viewed=viewed,
        strict=draw(st.booleans()),
    )


def renamed(row: Row, names: Mapping[str, str]) -> Row:
    return {names[name]: value for name, value in row.items()}


def merged(parts: tuple[Row, ...]) -> Row:
    return {name: value for part in parts for name, value in part.items()}


def facts(view: View) -> tuple[bool, bool]:
    """Whether no two stored rows share keys and τ, and whether a strictly rises with τ within every key."""
    entities: dict[tuple[Any, ...], list[tuple[datetime, datetime]]] = {}
    for row in view.rows:
        stamps = times(view, row)
        if stamps:
            entities.setdefault(tuple(row[k] for k in view.keys), []).append((stamps[0], stamps[3]))
    unique = all(len({event for event, _ in rows}) == len(rows) for rows in entities.values())
    ordered = all(
        earlier[0] < later[0] and earlier[1] < later[1]
        for rows in entities.values()
        for earlier, later in zip(sorted(rows), sorted(rows)[1:], strict=False)
    )
    return unique, ordered
