"""Whether rows that are too old matter: a query on all rows beside the same query without the old ones.

What look-back says holds in a world if, for every instant, the rows stamped from then on are the same whether the query reads
all rows or only those that became known no longer ago than that. For each source row there is one instant that matters most:
the first at which that row is too old.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from featurec.analysis.analyze import analyze
from featurec.analysis.look_back import LookBack, age_of
from featurec.source import SourceFile
from featurec.spec import FeatureView
from tests.leakage.judge import Judge
from tests.leakage.worlds import MICROSECOND, TABLES, Rows, World

Reaches = Mapping[str, int]
"""Table of a world -> microseconds."""


def look_back(judge: Judge, sql: str) -> LookBack | None:
    """What is said of a query over the tables of ``worlds``, leaking or not; None where it is not understood."""
    view = FeatureView("view", SourceFile("features/view.sql", sql), 0, ("user",), "stamp")
    project = replace(judge.loaded.project, views={"view": view})
    analyzed, _ = analyze(project, replace(judge.loaded.context, project=project))
    found = analyzed.views.get("view")
    if found is None:
        return None
    said = age_of(found, analyzed)
    return LookBack({key.rpartition(".")[2]: by for key, by in said.reaches.items()}, said.reason)


@dataclass(frozen=True)
class TooFar:
    """Rows stamped from an instant on that differ. Attributes: ``lost``, in the result of all rows alone; ``gained``."""

    world: World
    since: datetime
    lost: Rows
    gained: Rows

    def __str__(self) -> str:
        rows = (f"{name} {dict(found)}" for name, found in (("lost", self.lost), ("gained", self.gained)))
        return f"{self.world}\nsince {self.since}\n" + "\n".join(rows)


class Past:
    """Runs queries in a few worlds at once, with and without old rows."""

    def __init__(self, worlds: Sequence[World]) -> None:
        self.worlds = worlds
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET threads = 1; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
        for number, world in enumerate(worlds):
            self._connection.execute(f"CREATE SCHEMA w{number}")
            for name, rows in world.tables.items():
                table = f"w{number}.{name}"
                self._connection.execute(f"CREATE TABLE {table} ({TABLES[name].ddl})")
                for row in rows:
                    self._connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", list(row))

    def close(self) -> None:
        self._connection.close()

    def runs(self, sql: str) -> bool:
        """Whether DuckDB takes the query."""
        try:
            self._result("w0", sql, {})
        except duckdb.Error:
            return False
        return True

    def too_far(self, sql: str, reaches: Reaches) -> TooFar | None:
        """The first instant from which on other rows are stamped.

        Args:
            sql: with ``raw.`` before its tables and the stamp in a column of that name.
            reaches: what is said of its tables.
        """
        for number, world in enumerate(self.worlds):
            full: Rows | None = None
            for since in self._instants(world, sql, reaches):
                full = self._result(f"w{number}", sql, {}) if full is None else full
                starts = {name: since - timedelta(microseconds=by) for name, by in reaches.items()}
                part = self._result(f"w{number}", sql, starts)
                lost, gained = (_since(rows, since) for rows in (full - part, part - full))
                if lost or gained:
                    return TooFar(world, since, lost, gained)
        return None

    def _instants(self, world: World, sql: str, reaches: Reaches) -> Iterator[datetime]:
        found = set()
        for name, by in reaches.items():
            at = TABLES[name].known_at
            if f"raw.{name}" in sql and at is not None:
                times = (row[at] for row in world.tables[name])
                found |= {time + timedelta(microseconds=by) for time in times if isinstance(time, datetime)}
        return iter(sorted(instant + MICROSECOND for instant in found))

    def _result(self, schema: str, sql: str, starts: Mapping[str, datetime]) -> Rows:
        """The rows, each with its stamp in front, made of rows known from ``starts`` on."""
        for name, columns in TABLES.items():
            table = f"{schema}.{name}"
            if name in starts and columns.known_at is not None:
                column = columns.ddl.split(", ")[columns.known_at].split()[0]
                table = f"(SELECT * FROM {table} WHERE {column} >= TIMESTAMP '{starts[name]}')"
            sql = sql.replace(f"raw.{name}", table)
        result = self._connection.execute(sql)
        at = [column[0] for column in result.description].index("stamp")
        return Counter((row[at], *row[:at], *row[at + 1 :]) for row in result.fetchall())


def _since(rows: Rows, since: datetime) -> Rows:
    return Counter({row: count for row, count in rows.items() if isinstance(row[0], datetime) and row[0] >= since})


def smallest(sql: str, reaches: Reaches, found: TooFar) -> TooFar:
    """A counterexample in a world that loses it with any row."""
    for world in found.world.smaller():
        past = Past([world])
        less = past.too_far(sql, reaches)
        past.close()
        if less is not None:
            return smallest(sql, reaches, less)
    return found
