"""Small worlds: tables full of boundaries, and what of them was known at a time; the slow truth about a query.

A query is safe in a world if, for every cutoff, its rows stamped until then are the same whether it runs on all rows or on
those known by then.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import duckdb

Cell = int | datetime | None
Table = list[tuple[Cell, ...]]

DAY = datetime(2024, 1, 31)
INSTANTS = (
    DAY - timedelta(hours=2),
    DAY - timedelta(microseconds=1),
    DAY,
    DAY + timedelta(hours=1),
    DAY + timedelta(hours=12),
    DAY + timedelta(days=1) - timedelta(microseconds=1),
    DAY + timedelta(days=1),
    DAY + timedelta(days=1, hours=1),
    DAY + timedelta(days=2),
)

COLUMNS = {
    "events": "user_id INTEGER, amt INTEGER, ts TIMESTAMP",
    "orders": "user_id INTEGER, amt INTEGER, created_at TIMESTAMP, closed_at TIMESTAMP",
    "loads": "user_id INTEGER, amt INTEGER, happened_at TIMESTAMP, loaded_at TIMESTAMP",
    "tiers": "user_id INTEGER, tier INTEGER, valid_from TIMESTAMP, valid_to TIMESTAMP",
    "users": "user_id INTEGER, score INTEGER, born TIMESTAMP",
}
KNOWN_AT = {"events": 2, "orders": 2, "loads": 3, "tiers": 2}
"""Position of the column that says when a row became known."""


@dataclass(frozen=True)
class World:
    """All rows of all tables."""

    tables: dict[str, Table]

    def known(self, cutoff: datetime) -> dict[str, Table]:
        """The rows known by a time; a version that is closed later is still open."""
        found = {}
        for name, rows in self.tables.items():
            at = KNOWN_AT.get(name)
            found[name] = rows if at is None else [row for row in rows if _before(row[at], cutoff)]
        found["tiers"] = [(*row[:3], row[3] if _before(row[3], cutoff) else None) for row in found["tiers"]]
        return found


def _before(cell: Cell, cutoff: datetime) -> bool:
    return isinstance(cell, datetime) and cell <= cutoff


def random_world(random: Random) -> World:
    """Two users and a few rows a table; ties, NULLs, neighbours by a microsecond."""

    def instant() -> datetime:
        return random.choice(INSTANTS)

    def maybe() -> datetime | None:
        return instant() if random.random() < 0.7 else None

    def user() -> int:
        return random.choice((1, 1, 2))

    def number() -> int | None:
        return random.choice((1, 1, 2, 3, None))

    size = random.choice((2, 3, 4, 5))
    tiers: Table = []
    for key in (1, 2):
        starts = sorted(random.sample(INSTANTS, random.choice((1, 2, 3))))
        ends = [*starts[1:], None if random.random() < 0.7 else INSTANTS[-1] + timedelta(hours=1)]
        tiers += [(key, random.choice((1, 2)), a, b) for a, b in zip(starts, ends, strict=True)]
    return World(
        {
            "events": [(user(), number(), instant()) for _ in range(size)],
            "orders": [(user(), number(), instant(), maybe()) for _ in range(size)],
            "loads": [(user(), number(), maybe(), instant()) for _ in range(size)],
            "tiers": tiers,
            "users": [(1, 1, INSTANTS[0]), (2, 3, INSTANTS[4])],
        }
    )


@dataclass(frozen=True)
class Counterexample:
    """Rows stamped until a cutoff that differ.

    Attributes:
        lost: in the result of all rows alone; with their counts.
        gained: in the result of the rows known by then alone.
    """

    world: World
    cutoff: datetime
    lost: Counter[tuple[object, ...]]
    gained: Counter[tuple[object, ...]]


class Truth:
    """Runs queries in a few worlds at once: one database for each world and cutoff."""

    def __init__(self, random: Random, worlds: int) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET threads = 1; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
        self.worlds = [random_world(random) for _ in range(worlds)]
        for number, world in enumerate(self.worlds):
            self._load(f"w{number}", world.tables)
            for index, cutoff in enumerate(INSTANTS[:-1]):
                self._load(f"w{number}c{index}", world.known(cutoff))

    def close(self) -> None:
        self.connection.close()

    def counterexample(self, sql: str, stamp: int = 2) -> Counterexample | None:
        """The first cutoff at which the known rows give another result. Raises duckdb.Error where a query cannot run."""
        for number, world in enumerate(self.worlds):
            everything = self._rows(f"w{number}", sql)
            for index, cutoff in enumerate(INSTANTS[:-1]):
                full = Counter(row for row in everything if _stamped(row[stamp], cutoff))
                known = Counter(row for row in self._rows(f"w{number}c{index}", sql) if _stamped(row[stamp], cutoff))
                if full != known:
                    return Counterexample(world, cutoff, full - known, known - full)
        return None

    def _rows(self, database: str, sql: str) -> Sequence[tuple[object, ...]]:
        self.connection.execute(f"USE {database}")
        return self.connection.execute(sql).fetchall()

    def _load(self, database: str, tables: dict[str, Table]) -> None:
        self.connection.execute(f"ATTACH ':memory:' AS {database}; USE {database}; CREATE SCHEMA raw")
        for name, rows in tables.items():
            self.connection.execute(f"CREATE TABLE raw.{name} ({COLUMNS[name]})")
            if rows:
                self.connection.execute(f"INSERT INTO raw.{name} VALUES {', '.join(map(_literal, rows))}")


def _stamped(cell: object, cutoff: datetime) -> bool:
    return isinstance(cell, datetime) and cell <= cutoff


def _literal(row: tuple[Cell, ...]) -> str:
    return "(" + ", ".join(_cells(row)) + ")"


def _cells(row: tuple[Cell, ...]) -> Iterator[str]:
    for cell in row:
        yield "NULL" if cell is None else f"TIMESTAMP '{cell}'" if isinstance(cell, datetime) else str(cell)
