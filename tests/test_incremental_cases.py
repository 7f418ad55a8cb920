"""Incremental runs after what seldom happens: each case once lost rows, or kept wrong ones."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from featurec.compiler import Range, compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.project import resolve_target
from featurec.run.build import Built
from featurec.run.intervals import Asked
from featurec.run.state import State
from tests.incremental import DAY, HOUR, START, World, write_project

PLAIN = "timestamp: ts\nfeatures: {amount: {type: bigint}}"
CLICKS = "SELECT user_id, ts, amount FROM {{ source('raw', 'clicks') }}"
CHILD = "SELECT user_id, ts, amount FROM {{ ref('plain') }}"
NOON = START + 10 * DAY + 12 * HOUR


@dataclass
class Case:
    """A world with the view ``plain`` over clicks, and what a case does to it."""

    world: World

    def write(self, header: str = PLAIN, sql: str = CLICKS, view: str = "plain") -> None:
        path = self.world.root / "features" / f"{view}.sql"
        path.write_text(f"/*---\nentities: [user]\n{header}\n---*/\n{sql}\n")
        self.world.analyzed = compile_project(self.world.root).analyzed

    def clicks(self, *rows: tuple[datetime, int]) -> None:
        self.world.insert("clicks", [(1, at, amount) for at, amount in rows])

    def run(self, now: datetime, view: str = "plain", full: bool = False, restated: Range | None = None) -> Built:
        built = self.world.build(view, Asked(now, full, restated))
        for old in built.superseded:
            State(self.world.engine).forget(old)
        return built

    def is_whole(self, now: datetime, view: str = "plain") -> bool:
        return self.world.stored(view) == self.world.computed(view, now)


@pytest.fixture(params=["duckdb", "postgres"])
def case(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Iterator[Case]:
    postgres = f"type: postgres, url: '{postgres_database}'"
    write_project(tmp_path, postgres if request.param == "postgres" else "type: duckdb, path: ':memory:'")
    project = compile_project(tmp_path).project
    target, _ = resolve_target(project, None, {})
    assert target
    engine = open_engine(target, project, tmp_path, Access(write=True))
    try:
        found = Case(World(tmp_path, engine))
        found.write()
        yield found
    finally:
        engine.close()


def days_ago(days: int) -> datetime:
    return NOON - days * DAY


def with_interval(case: Case) -> None:
    case.write(f"{PLAIN}\ninterval: 1d")


def restated_into_the_future(case: Case) -> None:
    with_interval(case)
    case.run(NOON)
    case.run(NOON, restated=Range(days_ago(5), NOON + 5 * DAY))


def without_and_with_interval(case: Case) -> None:
    case.run(NOON)
    with_interval(case)


@pytest.mark.parametrize("begin", [restated_into_the_future, without_and_with_interval])
def test_an_interval_that_is_not_over_is_no_covered_one(case: Case, begin: Callable[[Case], None]) -> None:
    case.clicks((days_ago(3), 1))
    begin(case)
    case.clicks((NOON + DAY - 2 * HOUR, 2), (NOON + DAY - HOUR, 3))
    case.run(NOON + DAY)
    assert case.is_whole(NOON + DAY)
    case.clicks((NOON + DAY + HOUR, 4))
    case.run(NOON + 2 * DAY)
    assert case.is_whole(NOON + 2 * DAY)
    assert len(case.world.stored("plain")) == 4


def test_event_times_that_are_restated_end_with_the_last_whole_interval(case: Case) -> None:
    with_interval(case)
    case.clicks((days_ago(1), 1), (NOON - HOUR, 2))
    assert case.run(NOON, restated=Range(days_ago(3), NOON + DAY)).rows == 1
    assert case.run(NOON, restated=Range(NOON, NOON + DAY)).rows == 0
    assert case.run(NOON + DAY).work.kind == "incremental"
    assert case.is_whole(NOON + DAY)


def test_what_an_interval_left_out_comes_when_there_are_none_any_more(case: Case) -> None:
    without_and_with_interval(case)
    case.clicks((NOON - 2 * HOUR, 2), (NOON - HOUR, 3))
    case.run(NOON)
    case.write()
    case.run(NOON + HOUR)
    assert case.is_whole(NOON + HOUR)
    assert len(case.world.stored("plain")) == 2


def test_a_table_that_has_the_name_of_one_that_was_replaced_is_another_one(case: Case) -> None:
    case.write(PLAIN, CHILD, "child")
    case.clicks((days_ago(3), 1), (days_ago(2), 2))
    case.run(NOON)
    case.run(NOON, "child")
    case.world.engine.execute("UPDATE raw.clicks SET amount = 7 WHERE amount = 1")
    tables = {case.run(NOON + hour * HOUR, full=True).version.table for hour in (1, 2, 3, 4)}
    assert len(tables) == 2
    assert case.run(NOON + DAY, "child").work.reason == "`plain`, which it reads, was computed in full"
    assert case.is_whole(NOON + DAY, "child")


def test_a_table_that_has_the_name_of_one_that_was_collected_is_another_one(case: Case) -> None:
    case.write(PLAIN, CHILD, "child")
    case.clicks((days_ago(3), 1), (days_ago(2), 2))
    first = case.run(NOON)
    case.run(NOON, "child")
    case.world.engine.execute("DROP VIEW features.plain")
    State(case.world.engine).forget(first.version)
    case.world.engine.execute("UPDATE raw.clicks SET amount = 7 WHERE amount = 1")
    assert case.run(NOON + HOUR).version.table == first.version.table
    assert case.run(NOON + DAY, "child").rows == 2
    assert case.is_whole(NOON + DAY, "child")


def test_what_comes_first_is_never_late(case: Case) -> None:
    case.write(f"{PLAIN}\nmax_lateness: 1d")
    case.run(NOON)
    case.clicks((days_ago(3), 1))
    assert not case.run(NOON + HOUR).late
    assert case.is_whole(NOON + HOUR)


def test_rows_may_come_later_than_they_could_before(case: Case) -> None:
    case.clicks((days_ago(3), 1), (days_ago(0), 1))
    case.run(NOON)
    case.write(f"{PLAIN}\nmax_lateness: 2d")
    case.world.engine.execute("UPDATE raw.clicks SET amount = 7 WHERE amount = 1")
    case.clicks((days_ago(1), 2))
    assert not case.run(NOON + HOUR).late
    assert case.is_whole(NOON + HOUR)


def test_rows_that_take_the_place_of_as_many_are_seen(case: Case) -> None:
    case.clicks((days_ago(1), 1), (days_ago(1), 2))
    case.run(NOON - HOUR)
    case.world.engine.execute("DELETE FROM raw.clicks")
    case.clicks((days_ago(0), 1), (days_ago(0), 2))
    assert case.run(NOON).work.reason == "`raw.clicks` has other rows, as many as before"
    assert len(case.world.stored("plain")) == 4, "what was known then, was known"


@pytest.mark.parametrize("at", ["9999-12-31 23:59:59-05", "infinity", "-infinity", "0001-01-01 00:00:00+10"])
def test_times_that_calendars_do_not_have(case: Case, at: str) -> None:
    case.clicks((days_ago(1), 1))
    insert = f"INSERT INTO raw.clicks VALUES (2, TIMESTAMPTZ '{at}', 3)"
    case.world.engine.execute(insert)
    first = case.run(NOON - HOUR)
    assert first.version.last_event == days_ago(1)
    case.world.engine.execute(insert)
    case.clicks((NOON, 1))
    case.run(NOON)
    assert case.world.engine.query("SELECT count(*) AS n FROM features.plain") == [{"n": 4}]


def test_a_table_that_somebody_dropped_is_built_again(case: Case) -> None:
    case.clicks((days_ago(1), 1))
    case.run(NOON)
    case.world.engine.execute(f"DROP TABLE {case.world.table('plain')} CASCADE")
    assert case.run(NOON + HOUR).work.kind == "full"
    assert case.is_whole(NOON + HOUR)
    assert case.world.engine.query("SELECT count(*) AS n FROM features.plain") == [{"n": 1}]


def test_rows_without_a_time_are_not_counted_again_by_every_run(case: Case) -> None:
    case.write(
        f"{PLAIN}\nmax_lateness: 1d", CLICKS.replace("ts, amount", "CASE WHEN amount > 0 THEN ts END AS ts, amount")
    )
    case.clicks((NOON, 1), (NOON, 0))
    case.run(NOON)
    assert [case.run(NOON + hour * HOUR).version.dropped for hour in (1, 2, 3)] == [1, 1, 1]


COALESCED = "SELECT user_id, coalesce(known, ts) AS ts, amount FROM {{ source('raw', 'events') }}"


@pytest.mark.parametrize("age", [0, 3, 30])
def test_a_row_whose_own_time_is_null_is_no_row_that_nobody_sees(case: Case, age: int) -> None:
    case.write(sql=COALESCED)
    case.world.insert("events", [(1, days_ago(20), days_ago(20), 1), (1, days_ago(1), days_ago(1), 1)])
    case.run(NOON)
    case.world.insert("events", [(2, days_ago(age), None, 7)])
    assert case.run(NOON + HOUR).work.reason == "`raw.events` has other rows without a time"
    assert case.is_whole(NOON + HOUR)
    assert case.run(NOON + 2 * HOUR).work.kind is None
    case.world.update("events", "amount = 8", "known IS NULL")
    case.run(NOON + 3 * HOUR)
    assert case.is_whole(NOON + 3 * HOUR)
    case.world.insert("events", [(1, days_ago(0), NOON, 1)])
    assert case.run(NOON + 4 * HOUR).work.reason == "`raw.events` has 1 row without a time"
    assert case.is_whole(NOON + 4 * HOUR)
    case.world.update("events", "known = ts", "known IS NULL")
    case.run(NOON + 5 * HOUR)
    assert case.is_whole(NOON + 5 * HOUR)


def test_rows_without_a_time_that_do_not_matter_cost_nothing(case: Case) -> None:
    case.write(f"{PLAIN}\navailable_at: known", "SELECT user_id, ts, known, amount FROM {{ source('raw', 'events') }}")
    case.world.insert("events", [(1, days_ago(20), days_ago(20), 1), (2, days_ago(1), None, 1)])
    case.run(NOON)
    case.world.update("events", f"known = TIMESTAMPTZ '{NOON.isoformat()}'", "known IS NULL")
    case.world.insert("events", [(3, days_ago(1), None, 1)])
    assert case.run(NOON + HOUR).work.kind == "incremental"
    assert case.is_whole(NOON + HOUR)
    assert len(case.world.stored("plain")) == 2


def by_the_day(case: Case, days: int = 30) -> None:
    case.clicks(*((days_ago(day) + hour * HOUR, day) for day in range(1, days) for hour in (0, 5)))


@pytest.mark.parametrize("late", [1, 2, 4])
def test_late_rows_are_seen_though_as_many_old_ones_are_deleted(case: Case, late: int) -> None:
    by_the_day(case)
    case.run(NOON)
    case.world.delete("clicks", f"ts < TIMESTAMPTZ '{days_ago(27).isoformat()}'")
    case.clicks(*((days_ago(10) + minute * HOUR / 60, 7) for minute in range(late)))
    assert "older than what was read before" in case.run(NOON + HOUR).work.reason
    assert case.is_whole(NOON + HOUR)


def test_late_rows_that_a_view_does_not_take_are_told_apart_from_rows_that_vanished(case: Case) -> None:
    case.write(f"{PLAIN}\nmax_lateness: 1d")
    by_the_day(case)
    case.run(NOON)
    case.world.delete("clicks", f"ts < TIMESTAMPTZ '{days_ago(27).isoformat()}'")
    case.clicks((days_ago(10), 7), (days_ago(9), 7))
    assert [found.count for found in case.run(NOON + HOUR).late] == [2, -4]
    assert not case.run(NOON + 2 * HOUR).late


def test_a_row_in_the_place_of_another_of_the_same_hour_is_seen(case: Case) -> None:
    by_the_day(case)
    case.run(NOON)
    case.world.update(
        "clicks",
        f"ts = TIMESTAMPTZ '{(days_ago(9) + HOUR / 2).isoformat()}'",
        f"ts = TIMESTAMPTZ '{days_ago(9).isoformat()}'",
    )
    case.run(NOON + HOUR)
    assert case.is_whole(NOON + HOUR)


def test_what_retention_deletes_stays_in_the_table(case: Case) -> None:
    by_the_day(case)
    case.run(NOON)
    stored = case.world.stored("plain")
    for hour, day in enumerate((27, 26, 25), 1):
        case.world.delete("clicks", f"ts < TIMESTAMPTZ '{days_ago(day).isoformat()}'")
        built = case.run(NOON + hour * HOUR)
        assert built.work.kind is None
        assert [found.count for found in built.late] == [-4 if day == 27 else -2]
    assert case.world.stored("plain") == stored
    case.clicks((NOON, 1))
    assert case.run(NOON + 9 * HOUR).rows == 2, "that of the newest time before, and the new one"
    assert len(case.world.stored("plain")) == len(stored) + 1


def test_state_of_an_earlier_release_goes_on_working(case: Case) -> None:
    case.write(sql=f"{CLICKS} JOIN {{{{ source('raw', 'users') }}}} USING (user_id)")
    by_the_day(case)
    case.run(NOON)
    case.world.engine.execute(
        "UPDATE featurec.arrivals SET settled_sum = NULL, histogram = NULL, undated_count = NULL, contents = NULL"
    )
    case.clicks((NOON, 1))
    assert case.run(NOON + HOUR).work.kind == "incremental"
    assert case.is_whole(NOON + HOUR)
    assert case.run(NOON + 2 * HOUR).work.kind is None
    case.world.delete("clicks", "amount = 29")
    case.clicks((days_ago(9), 1))
    case.run(NOON + 3 * HOUR)
    assert case.is_whole(NOON + 3 * HOUR)


def test_a_batch_that_takes_the_place_of_the_newest_leaves_it_in_the_table(case: Case) -> None:
    """A table that is loaded anew every day, all its rows of one time."""
    case.clicks((days_ago(2), 1), (days_ago(2), 2))
    case.run(days_ago(2))
    for day in (1, 0):
        case.world.delete("clicks")
        case.clicks((days_ago(day), 1), (days_ago(day), 2), *[(days_ago(day), 3)] * day)
        built = case.run(days_ago(day) + HOUR)
        assert built.work.kind == "incremental"
        assert [found.count for found in built.late] == [-3 + day]
    assert len(case.world.stored("plain")) == 7
    assert case.run(NOON + 2 * HOUR).work.kind is None


def test_a_source_that_is_emptied_and_filled_leaves_what_was_known(case: Case) -> None:
    case.clicks((days_ago(3), 1), (days_ago(2), 2))
    case.run(days_ago(2))
    case.world.delete("clicks")
    assert case.run(days_ago(1)).work.kind is None
    case.clicks((days_ago(0), 3))
    assert case.run(NOON + HOUR).work.kind == "incremental"
    assert len(case.world.stored("plain")) == 3


@pytest.mark.parametrize("change", ["factor = 7", "factor = 30 - factor"])
def test_a_table_without_times_that_is_rewritten_with_as_many_rows_is_seen(case: Case, change: str) -> None:
    case.world.engine.execute("UPDATE raw.users SET factor = user_id * 10")
    case.write(
        sql=CLICKS.replace("amount", "amount * factor AS amount") + " JOIN {{ source('raw', 'users') }} USING (user_id)"
    )
    case.world.insert("clicks", [(user, days_ago(1), user) for user in (1, 2, 3)])
    case.run(NOON)
    assert case.run(NOON + HOUR).work.kind is None
    case.world.update("users", change, "user_id < 3")
    assert case.run(NOON + 2 * HOUR).work.reason == "`raw.users` has changed"
    assert case.is_whole(NOON + 2 * HOUR)


@pytest.mark.parametrize("seed", range(4))
def test_no_row_that_is_there_is_missing_whatever_is_deleted(case: Case, seed: int) -> None:
    """A retention of whole hours, late rows and new ones between any two runs; what was deleted may stay."""
    chance = Random(seed)
    now, oldest = NOON, days_ago(20)
    case.clicks(*((oldest + hour * HOUR, hour) for hour in range(0, 480, 3)))
    case.run(now)
    for step in range(8):
        now += chance.randint(1, 30) * HOUR
        if chance.random() < 0.7:
            oldest += chance.randint(0, 40) * HOUR
            case.world.delete("clicks", f"ts < TIMESTAMPTZ '{oldest.isoformat()}'")
        hours = (now - oldest) // HOUR
        for _ in range(chance.choice((0, 0, 1, 3, 10))):
            case.clicks((oldest + chance.randint(0, hours) * HOUR + chance.randint(0, 59) * HOUR / 60, 1000 + step))
        case.run(now)
        assert not Counter(case.world.computed("plain", now)) - Counter(case.world.stored("plain")), step


@pytest.mark.parametrize("at", [NOON + HOUR, NOON + 3 * HOUR])
def test_a_row_of_the_future_that_another_takes_the_place_of_is_seen(case: Case, at: datetime) -> None:
    """Neither the number nor the newest time tells."""
    case.write()
    case.clicks((NOON - HOUR, 1), (NOON + HOUR, 2), (NOON + 2 * HOUR, 3))
    case.run(NOON)
    assert case.run(NOON).work.kind is None
    case.world.delete("clicks", "amount = 2")
    case.clicks((NOON + HOUR / 2, 4))
    assert case.run(at).work.reason == "`raw.clicks` has other rows, as many as before"
    assert case.is_whole(at)
    assert case.run(at).work.kind is None
