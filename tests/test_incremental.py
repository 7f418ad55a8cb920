"""However runs follow each other, a table holds what a full computation gives: late rows, corrections, gaps, crashes."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import hypothesis
import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from featurec.compiler import Range, compile_project
from featurec.engines.file_marks import files_mark
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.failpoint import VARIABLE, Failpoint
from featurec.project import resolve_target
from featurec.run.intervals import Asked
from featurec.spec import SourceTable
from tests.incremental import BOUNDED, DAY, HOUR, START, VIEWS, World, write_project
from tests.warehouse import PostgresWarehouse

FAILPOINTS = ("build.write", "build.insert", "build.test", "build.commit")
LATENESS = 6 * HOUR
"""The least bound that a view declares: what comes within it is in every table."""

users = st.integers(1, 3)
amounts = st.integers(-3, 5)
hours = st.integers(0, 60)


class Runs(RuleBasedStateMachine):
    """Sources that grow and are corrected, and runs of any kind at any time."""

    target: str
    reset: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self.reset()
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        write_project(root, self.target)
        project = compile_project(root).project
        target, _ = resolve_target(project, None, {})
        assert target
        self.engine = open_engine(target, project, root, Access(write=True))
        self.world = World(root, self.engine)
        self.now = START + 5 * DAY
        self.seen = START
        """The instant of the last run of a view that declares ``max_lateness``: rows that come with earlier times are late."""
        self.fresh: dict[str, datetime] = {}
        """View -> the instant of its last build, for those of which nothing has changed since."""

    def teardown(self) -> None:
        self.engine.close()
        self.folder.cleanup()

    @initialize(rows=st.lists(st.tuples(users, hours, amounts), max_size=8))
    def begin(self, rows: list[tuple[int, int, int]]) -> None:
        if rows:
            self.world.insert("clicks", [(u, START + h * HOUR, a) for u, h, a in rows])
            self.world.insert("events", [(u, START + h * HOUR, START + h * HOUR, a) for u, h, a in rows])

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(rows=st.lists(st.tuples(users, st.integers(0, 30), amounts), min_size=1, max_size=4))
    def rows_come(self, rows: list[tuple[int, int, int]]) -> None:
        """In time, up to a little late."""
        earliest = max(START, self.seen - LATENESS + HOUR)
        self.world.insert("clicks", [(u, min(self.now, earliest + h * HOUR), a) for u, h, a in rows])

    @rule(user=users, ago=st.integers(0, 200), amount=amounts)
    def a_fact_becomes_known(self, user: int, ago: int, amount: int) -> None:
        """Of any time; often a correction of an earlier one."""
        self.world.insert("events", [(user, self.now - ago * HOUR, self.now, amount)])

    @rule(user=users, ago=st.integers(0, 200), amount=amounts)
    def a_fact_comes_that_is_not_known_yet(self, user: int, ago: int, amount: int) -> None:
        """Its own time is NULL."""
        self.world.insert("events", [(user, self.now - ago * HOUR, None, amount)])

    @rule(user=users, amount=amounts)
    def a_fact_of_no_event_becomes_known(self, user: int, amount: int) -> None:
        self.world.insert("events", [(user, None, self.now, amount)])

    @rule(user=users)
    def what_was_not_known_becomes_known(self, user: int) -> None:
        """In place."""
        self.world.update(
            "events", f"known = TIMESTAMPTZ '{self.now.isoformat()}'", f"known IS NULL AND user_id = {user}"
        )

    @rule(user=users, amount=amounts)
    def a_row_without_any_time_comes(self, user: int, amount: int) -> None:
        self.world.insert("clicks", [(user, None, amount)])

    @rule(user=users, amount=amounts)
    def a_row_of_the_future_comes(self, user: int, amount: int) -> None:
        self.world.insert("clicks", [(user, self.now + 2 * HOUR, amount)])

    @rule(user=users)
    def rows_of_the_future_are_others(self, user: int) -> None:
        """As many, and of the future still; the newest of all may be the same."""
        earliest = (self.now + HOUR / 2).isoformat()
        self.world.update(
            "clicks", "ts = ts - INTERVAL '30 minutes'", f"ts > TIMESTAMPTZ '{earliest}' AND user_id = {user}"
        )

    @rule(views=st.sets(st.sampled_from(sorted(VIEWS)), min_size=1), full=st.integers(0, 9))
    def run(self, views: set[str], full: int) -> None:
        for view in (name for name in VIEWS if name in views):
            self.world.build(view, Asked(self.now, full_refresh=full == 0))
            assert self.world.stored(view) == self.world.computed(view, self.now), view
            self._has_seen(view)

    def _has_seen(self, view: str) -> None:
        if "max_lateness" in VIEWS[view][0]:
            self.seen = self.now

    @rule(full=st.booleans())
    def run_all(self, full: bool) -> None:
        self.run(set(VIEWS), 0 if full else 1)

    @rule(view=st.sampled_from(BOUNDED), place=st.sampled_from(FAILPOINTS))
    def a_run_crashes(self, view: str, place: str) -> None:
        built = self.world.home().built
        before = self.world.stored(view) if view in built else None
        os.environ[VARIABLE] = f"{place}:raise"
        try:
            with suppress(Failpoint):
                self.world.build(view, Asked(self.now))
        finally:
            del os.environ[VARIABLE]
        self._has_seen(view)
        if before is not None and place == "build.commit":
            assert self.world.stored(view) == before

    @rule(view=st.sampled_from(BOUNDED), start=hours, length=st.integers(1, 48))
    def event_times_are_restated(self, view: str, start: int, length: int) -> None:
        """As the first build of a view it leaves gaps, which the next run fills."""
        low = START + start * HOUR
        self.world.build(view, Asked(self.now, restated=Range(low, low + length * HOUR)))
        self._has_seen(view)
        inside = [r for r in self.world.computed(view, self.now + 40 * DAY) if low <= event(r) < low + length * HOUR]
        assert [r for r in self.world.stored(view) if low <= event(r) < low + length * HOUR] == inside


def event(row: tuple[object, ...]) -> datetime:
    """τ, the fourth of the columns counted from the end."""
    found = row[-4]
    assert isinstance(found, datetime | str)
    return found if isinstance(found, datetime) else datetime.fromisoformat(found)


def explore(target: str, reset: Callable[[], None], examples: int) -> None:
    """Runs in many orders, in a project whose offline store has these settings."""
    profile = hypothesis.settings.get_profile("default" if examples < 50 else "deep")
    settings = hypothesis.settings(profile, max_examples=examples, stateful_step_count=25)
    machine = type("Runs", (Runs,), {"target": target, "reset": staticmethod(reset)})
    run_state_machine_as_test(machine, settings=settings)


@pytest.fixture(params=["duckdb", "postgres"])
def place(request: pytest.FixtureRequest, postgres_database: str) -> tuple[str, Callable[[], None]]:
    """The settings of an engine, and what empties its database."""
    if request.param == "duckdb":
        return "type: duckdb, path: ':memory:'", lambda: None

    def reset() -> None:
        with PostgresWarehouse(postgres_database) as warehouse:
            for schema in ("raw", "features", "featurec"):
                warehouse.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

    return f"type: postgres, url: '{postgres_database}'", reset


def test_any_order_of_runs(place: tuple[str, Callable[[], None]]) -> None:
    explore(*place, examples=4)


@pytest.mark.slow
def test_any_order_of_runs_at_length(place: tuple[str, Callable[[], None]]) -> None:
    explore(*place, examples=400)


def test_files_that_are_as_they_were_are_not_read(tmp_path: Path) -> None:
    """A row that is older than all comes into a file, in the place of another: only the file system can tell."""
    file = tmp_path / "a b[1].parquet"
    marks = []
    for rows in ("(1, 2)", "(1, 2)", "(1, 3)"):
        duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows})) TO '{file}' (FORMAT parquet)")
        marks.append(files_mark(tmp_path, "*.parquet"))
    assert len(set(marks)) == 3
    assert files_mark(tmp_path, "*.parquet") == marks[-1]
    assert files_mark(tmp_path, file.name) is not None
    (tmp_path / "more.parquet").write_bytes(file.read_bytes())
    assert files_mark(tmp_path, "*.parquet") != marks[-1]
    assert files_mark(tmp_path, "none/*.parquet") is None


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO raw.clicks VALUES (1, '2024-01-01 00:00+00', 1)",
        "UPDATE raw.clicks SET amount = 7 WHERE amount = 5",
        "DELETE FROM raw.clicks WHERE amount = 5",
        "TRUNCATE raw.clicks",
    ],
)
def test_what_a_server_counts_of_a_table_tells_that_it_changed(
    postgres_database: str, tmp_path: Path, change: str
) -> None:
    root = tmp_path / "project"
    write_project(root, f"type: postgres, url: '{postgres_database}'")
    project = compile_project(root).project
    target, _ = resolve_target(project, None, {})
    assert target
    engine = open_engine(target, project, root, Access(write=True))
    try:
        world = World(root, engine)
        world.insert("clicks", [(1, START, 5), (2, START + HOUR, 6)])
        source = project.sources["source.raw.clicks"]
        before = settled_mark(engine, source)
        assert settled_mark(engine, source) == before
        with psycopg.connect(postgres_database) as session:
            session.execute(change.encode())
            assert engine.mark(source) is None, "somebody has just done something"
        assert settled_mark(engine, source) != before
        assert engine.mark(replace(source, table="nothing")) is None
    finally:
        engine.close()


def settled_mark(engine: Engine, source: SourceTable) -> str | None:
    """The mark when sessions have told the server what they did, this one included."""
    engine.query("SELECT pg_stat_force_next_flush()")
    engine.query("SELECT 1")
    return engine.mark(source)
