"""Incremental runs after what seldom happens: each case once lost rows, or kept wrong ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
