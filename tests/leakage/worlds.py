"""Small worlds: tables full of boundaries, and what of them was known at a time; the slow truth about a query.

A query is safe in a world if, for every cutoff, its rows stamped until then are the same whether it runs on all rows or on
those known by then. What is known changes at a few instants only, so the strictest cutoff of those with equal knowledge, the
last microsecond before the next change, stands for all of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import duckdb

Cell = int | datetime | None
Row = tuple[Cell, ...]
Rows = Counter[tuple[object, ...]]

MICROSECOND = timedelta(microseconds=1)
DAY = datetime(2024, 1, 31)
INSTANTS = (
    DAY - timedelta(days=1),
    DAY - timedelta(hours=2),
    DAY - MICROSECOND,
    DAY,
    DAY + MICROSECOND,
    DAY + timedelta(hours=1),
    DAY + timedelta(hours=12),
    DAY + timedelta(days=1) - MICROSECOND,
    DAY + timedelta(days=1),
    DAY + timedelta(days=1) + MICROSECOND,
    DAY + timedelta(days=1, hours=1),
    DAY + timedelta(days=2),
    datetime(2024, 2, 29),
    datetime(2024, 3, 1),
)
NEVER = datetime(2100, 1, 1)
"""Later than any stamp of a query over a world's times."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Attributes:
        ddl: as in CREATE TABLE.
        known_at: position of the time at which a row became known; None if it always was.
        later: position of a time that is NULL until it has come.
    """

    ddl: str
    known_at: int | None = None
    later: int | None = None


TABLES = {
    "events": Columns("user_id INTEGER, amt INTEGER, ts TIMESTAMP", 2),
    "orders": Columns("user_id INTEGER, amt INTEGER, created_at TIMESTAMP, closed_at TIMESTAMP", 2),
    "loads": Columns("user_id INTEGER, amt INTEGER, happened_at TIMESTAMP, loaded_at TIMESTAMP", 3),
    "tiers": Columns("user_id INTEGER, tier INTEGER, valid_from TIMESTAMP, valid_to TIMESTAMP", 2, 3),
    "tickets": Columns("user_id INTEGER, weight INTEGER, opened_at TIMESTAMP, solved_at TIMESTAMP", 2, 3),
    "users": Columns("user_id INTEGER, score INTEGER, born TIMESTAMP"),
}


@dataclass(frozen=True)
class World:
    """All rows of all tables."""

    tables: dict[str, tuple[Row, ...]]

    @property
    def changes(self) -> list[datetime]:
        """When more becomes known."""
        return sorted({at for name, rows in self.tables.items() for row in rows for at in _becomes(TABLES[name], row)})

    def known(self, cutoff: datetime) -> dict[str, tuple[Row, ...]]:
        """The rows known by a time; a version that is closed later is still open."""
        return {name: tuple(_seen(TABLES[name], rows, cutoff)) for name, rows in self.tables.items()}

    def smaller(self) -> Iterator["World"]:
        """Worlds with one row less."""
        for name, rows in self.tables.items():
            for i in range(len(rows)):
                yield World(self.tables | {name: rows[:i] + rows[i + 1 :]})

    def __str__(self) -> str:
        return "\n".join(f"{name}: {', '.join(map(_literal, rows))}" for name, rows in self.tables.items() if rows)


def _becomes(columns: Columns, row: Row) -> Iterator[datetime]:
    for position in (columns.known_at, columns.later):
        if position is not None and isinstance(at := row[position], datetime):
            yield at


def _seen(columns: Columns, rows: Iterable[Row], cutoff: datetime) -> Iterator[Row]:
    for row in rows:
        if columns.known_at is None or _until(row[columns.known_at], cutoff):
            later = columns.later
            yield row if later is None or _until(row[later], cutoff) else (*row[:later], None, *row[later + 1 :])


def _until(cell: object, cutoff: datetime) -> bool:
    return isinstance(cell, datetime) and cell <= cutoff


def random_world(random: Random) -> World:
    """Two users and a few rows a table; ties, NULLs, neighbours by a microsecond, several versions, empty tables."""
    instants = sorted(random.sample(INSTANTS, random.choice((3, 5, 5, 7))))
    nulls = random.choice((0.1, 0.3, 0.6))

    def maybe() -> datetime | None:
        return None if random.random() < nulls else random.choice(instants)

    def start() -> tuple[Cell, ...]:
        return random.choice((1, 1, 2)), random.choice((1, 1, 2, 3, None))

    def rows(*times: object) -> tuple[Row, ...]:
        made: list[Row] = []
        for _ in range(random.choice((0, 1, 2, 3, 3, 4, 5))):
            made.append((*start(), *(random.choice(instants) if time is datetime else maybe() for time in times)))
            if random.random() < 0.1:
                made.append(made[-1])
        return tuple(made)

    tickets = [(*row[:3], max(a, b) if isinstance(a := row[2], datetime) and isinstance(b := row[3], datetime) else None)
               for row in rows(datetime, None)]  # fmt: skip
    return World(
        {
            "events": rows(datetime),
            "orders": rows(datetime, None),
            "loads": rows(None, datetime),
            "tiers": tuple(_versions(random, instants)),
            "tickets": tuple(tickets),
            "users": random.choice((((1, 1, INSTANTS[0]), (2, 3, DAY)), ((1, 2, DAY),))),
        }
    )


def _versions(random: Random, instants: list[datetime]) -> Iterator[Row]:
    """The versions of each user, one after the other; the last may be open."""
    for key in (1, 2):
        starts = sorted(random.sample(instants, random.choice((1, 2, 3))))
        last = None if random.random() < 0.6 else max(starts[-1], instants[-1]) + timedelta(hours=1)
        for start, end in zip(starts, [*starts[1:], last], strict=True):
            yield key, random.choice((1, 2)), start, end


@dataclass(frozen=True)
class Counterexample:
    """Rows stamped until a cutoff that differ.

    Attributes:
        lost: in the result of all rows alone; with their counts.
        gained: in the result of the rows known by then alone.
    """

    world: World
    cutoff: datetime
    lost: Rows
    gained: Rows

    def __str__(self) -> str:
        return f"{self.world}\ncutoff {self.cutoff}\nlost {_listed(self.lost)}\ngained {_listed(self.gained)}"


def _listed(rows: Rows) -> str:
    return ", ".join(f"{count} x ({', '.join(map(str, row))})" for row, count in rows.items()) or "nothing"


@dataclass(frozen=True)
class State:
    """What is known of a world at a time. Attributes: ``schema``, where its tables are; ``before``, the next change."""

    schema: str
    tables: dict[str, tuple[Row, ...]]
    before: datetime


class Truth:
    """Runs queries in a few worlds at once: one schema for each world and each state of knowledge of it."""

    def __init__(self, worlds: Sequence[World]) -> None:
        self.worlds = worlds
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET threads = 1; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
        self._states = [self._load(f"w{number}", world) for number, world in enumerate(worlds)]

    def close(self) -> None:
        self._connection.close()

    def runs(self, sql: str) -> bool:
        """Whether DuckDB takes the query."""
        try:
            self._result(self._states[0][-1].schema, sql)
        except duckdb.Error:
            return False
        return True

    def counterexample(self, sql: str, may_gain: bool = False) -> Counterexample | None:
        """The first state of knowledge with other rows stamped until its end.

        Args:
            sql: with ``raw.`` before its tables and the stamp in a column of that name.
            may_gain: whether there may be rows that later ones replace.

        Raises:
            duckdb.Error: the query cannot run.
        """
        read = [name for name in TABLES if f"raw.{name}" in sql]
        for world, states in zip(self.worlds, self._states, strict=True):
            full = self._result(states[-1].schema, sql)
            results = {tuple(states[-1].tables[name] for name in read): full}
            for state in reversed(states[:-1]):
                key = tuple(state.tables[name] for name in read)
                if key not in results:
                    results[key] = self._result(state.schema, sql)
                lost, gained = (_stamped(r, state.before) for r in (full - results[key], results[key] - full))
                if lost or (gained and not may_gain):
                    return Counterexample(world, state.before - MICROSECOND, lost, gained)
        return None

    def _result(self, schema: str, sql: str) -> Rows:
        """The rows, each with its stamp in front."""
        result = self._connection.execute(sql.replace("raw.", f"{schema}."))
        at = [column[0] for column in result.description].index("stamp")
        return Counter((row[at], *row[:at], *row[at + 1 :]) for row in result.fetchall())

    def _load(self, prefix: str, world: World) -> list[State]:
        changes = world.changes
        times = [datetime.min, *changes]
        states = [
            State(f"{prefix}c{i}", world.known(at), before)
            for i, (at, before) in enumerate(zip(times, [*changes, NEVER], strict=True))
        ]
        for state in states:
            self._connection.execute(f"CREATE SCHEMA {state.schema}")
            for name, rows in state.tables.items():
                self._connection.execute(f"CREATE TABLE {state.schema}.{name} ({TABLES[name].ddl})")
                if rows:
                    values = ", ".join(map(_literal, rows))
                    self._connection.execute(f"INSERT INTO {state.schema}.{name} VALUES {values}")
        return states


def smallest(sql: str, found: Counterexample, may_gain: bool = False) -> Counterexample:
    """A counterexample in a world that loses it with any row."""
    for world in found.world.smaller():
        truth = Truth([world])
        less = truth.counterexample(sql, may_gain)
        truth.close()
        if less is not None:
            return smallest(sql, less, may_gain)
    return found


def _stamped(rows: Rows, before: datetime) -> Rows:
    return Counter({row: count for row, count in rows.items() if isinstance(row[0], datetime) and row[0] < before})


def _literal(row: Row) -> str:
    return "(" + ", ".join("NULL" if c is None else f"'{c}'" if isinstance(c, datetime) else str(c) for c in row) + ")"
