"""No generated query depends on rows without a time of a table of which it is said that they do not matter.

The deep tier draws other queries on each run. It says its seed where it fails; ``SOUNDNESS_SEED=... make test-all`` repeats it.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from random import Random

import duckdb
import hypothesis
import pytest

from featurec.analysis.analyze import analyze
from featurec.analysis.look_back import undated_of
from featurec.source import SourceFile
from featurec.spec import FeatureView
from tests.leakage.judge import Judge
from tests.leakage.test_look_back import queries
from tests.leakage.test_soundness import settings
from tests.leakage.worlds import TABLES, Row, Rows, World, random_world

SHARDS, DEEP_SHARDS = 1, 30
DEPTHS = (1, 1, 2, 2)


def said(judge: Judge, sql: str) -> frozenset[str] | None:
    """The tables of which rows without a time may matter; None for a query that is not understood."""
    view = FeatureView("view", SourceFile("features/view.sql", sql), 0, ("user",), "stamp")
    project = replace(judge.loaded.project, views={"view": view})
    analyzed, _ = analyze(project, replace(judge.loaded.context, project=project))
    found = analyzed.views.get("view")
    return None if found is None else frozenset(key.rpartition(".")[2] for key in undated_of(found, analyzed))


def undated(random: Random, name: str, rows: tuple[Row, ...]) -> Iterator[Row]:
    """Rows as they are in a table, whose own time is NULL."""
    at = TABLES[name].known_at
    for row in rows if at is not None else ():
        if random.random() < 0.6:
            yield (*row[:at], None, *row[at + 1 :])


class Worlds:
    """A few worlds, each with rows without a time beside it."""

    def __init__(self, random: Random, worlds: list[World]) -> None:
        self.number = len(worlds)
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET threads = 1; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
        for number, world in enumerate(worlds):
            for name, rows in world.tables.items():
                more = (*rows, *undated(random, name, rows))
                for schema, held in ((f"dated{number}", rows), (f"all{number}", more)):
                    self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                    self._connection.execute(f"CREATE TABLE {schema}.{name} ({TABLES[name].ddl})")
                    for row in held:
                        marks = ", ".join("?" * len(row))
                        self._connection.execute(f"INSERT INTO {schema}.{name} VALUES ({marks})", list(row))

    def close(self) -> None:
        self._connection.close()

    def runs(self, sql: str) -> bool:
        """Whether DuckDB takes the query."""
        try:
            self._rows(0, sql, ())
        except duckdb.Error:
            return False
        return True

    def differ(self, sql: str, matter: Collection[str]) -> bool:
        """Whether rows with a stamp differ by the rows without a time of tables other than these."""
        return any(self._rows(n, sql, matter) != self._rows(n, sql, TABLES) for n in range(self.number))

    def _rows(self, number: int, sql: str, whole: Collection[str]) -> Rows:
        """The rows that have a stamp, made of all rows of these tables, and of those of the others that have a time."""
        for name in TABLES:
            sql = sql.replace(f"raw.{name}", f"{'all' if name in whole else 'dated'}{number}.{name}")
        result = self._connection.execute(sql)
        at = [column[0] for column in result.description].index("stamp")
        return Counter(row for row in result.fetchall() if row[at] is not None)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("worlds"))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_rows_without_a_time_that_are_said_not_to_matter_do_not(shard: int, judge: Judge) -> None:
    explore(judge, shard, 60)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(DEEP_SHARDS))
def test_rows_without_a_time_do_not_matter_in_many_queries(shard: int, judge: Judge, testrun_uid: str) -> None:
    seed = int(os.environ.get("SOUNDNESS_SEED") or int(testrun_uid[:8], 16))
    try:
        explore(judge, seed * DEEP_SHARDS + shard, 250)
    except Exception as error:
        error.add_note(f"SOUNDNESS_SEED={seed}")
        raise


def explore(judge: Judge, seed: int, examples: int) -> None:
    random = Random(seed)
    worlds = Worlds(random, [random_world(random) for _ in range(4)])
    counted: Counter[str] = Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(settings, max_examples=examples)
    @hypothesis.given(queries(DEPTHS))
    def meets(sql: str) -> None:
        matter = said(judge, sql)
        if matter is None or not worlds.runs(sql):
            counted["refused"] += 1
            return
        free = any(f"raw.{name}" in sql and name not in matter for name in TABLES)
        counted["free" if free else "held"] += 1
        assert not free or not worlds.differ(sql, matter), f"seed {seed}, {sorted(matter)} matter: {sql}"

    try:
        meets()
    finally:
        worlds.close()
    assert counted["free"] >= examples / 10, counted
    assert counted["refused"] <= examples / 20, counted
