"""What is counted of a relation's times is what Python counts of them, however the query of an engine goes through the rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf

import hypothesis
import pytest
from hypothesis import strategies as st

from featurec.compiler import AnalyzedProject, Arriving, Physical, arrivals_query, compile_project
from featurec.dialects.dialect import get
from tests.warehouse import Warehouse

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
Time = int | float | None
"""Microseconds since 1970, or without end; None for NULL."""


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


FIRST, LAST = microseconds(datetime(100, 1, 1, tzinfo=UTC)), microseconds(datetime(9999, 12, 31, tzinfo=UTC))
"""The times that can be the newest: from the one on, before the other."""
NOON = microseconds(datetime(2024, 3, 5, 12, tzinfo=UTC))
INSTANTS = [NOON + step for step in (-40 * DAY, -DAY, -HOUR - 1, -HOUR, -HOUR + 1, -1, 0, 1, HOUR, DAY)]
EDGES = [FIRST - 50 * 365 * DAY, FIRST - 1, FIRST, FIRST + 1, -DAY - 1, 0, LAST - 1, LAST, LAST + HOUR]
TIMES: list[Time] = [*INSTANTS, *INSTANTS, *EDGES, -inf, inf, None, None]

times_of_rows = st.lists(st.sampled_from(TIMES), max_size=12)
instants = st.sampled_from([*INSTANTS, FIRST, LAST - 1])
latenesses = st.sampled_from([0, 0, 1, HOUR, DAY, 60 * DAY])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, warehouse: Warehouse) -> AnalyzedProject:
    """Two tables of nothing but times."""
    root = tmp_path_factory.mktemp("arrivals")
    table = "{schema: arrivals, timestamp: ts, columns: {ts: timestamptz}}"
    sources = f"sources: {{raw: {{tables: {{given: {table}, chosen: {table}}}}}}}\n"
    (root / "featurec.yml").write_text(f"name: arrivals\ndialect: {warehouse.name}\n")
    (root / "sources.yml").write_text(sources)
    compilation = compile_project(root)
    assert not compilation.diagnostics
    return compilation.analyzed


def written(time: Time) -> str:
    if time is None:
        return "NULL"
    return f"'{instant(int(time)).isoformat()}'" if abs(time) < inf else "'infinity'" if time > 0 else "'-infinity'"


def answer(
    warehouse: Warehouse, project: AnalyzedProject, table: str, times: Sequence[Time], asked: Arriving
) -> dict[str, object]:
    """What is said of a table that has these times and nothing else."""
    warehouse.execute(f"DELETE FROM arrivals.{table}")
    if times:
        rows = ", ".join(f"(CAST({written(time)} AS TIMESTAMPTZ))" for time in times)
        warehouse.execute(f"INSERT INTO arrivals.{table} VALUES {rows}")
    query, findings = arrivals_query(project, f"source.raw.{table}", get(warehouse.name), Physical(), asked)
    assert query is not None, findings
    (row,) = warehouse.query(query.sql)
    for name in ("newest", "settled_at"):
        row[name] = None if row[name] is None else microseconds(datetime.fromisoformat(row[name]))
    return row


def mixed(warehouse: Warehouse, project: AnalyzedProject, times: Sequence[Time]) -> object:
    """What times add up to where no others are."""
    return answer(warehouse, project, "chosen", times, Arriving("arrivals", None, instant(NOON)))["row_sum"]


@hypothesis.settings(
    hypothesis.settings.get_profile("default"),
    max_examples=120,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(times_of_rows, st.none() | instants, instants, latenesses)
@hypothesis.example([], NOON, NOON, 0)
@hypothesis.example([None, None], NOON, NOON, 0)
@hypothesis.example([inf, -inf], NOON, NOON, HOUR)
@hypothesis.example([NOON - DAY, NOON - 1], NOON, NOON + DAY, 0)
@hypothesis.example([NOON - HOUR - 1, NOON - HOUR, NOON - HOUR, NOON - 1, NOON, NOON, NOON + 1], NOON, NOON, HOUR)
@hypothesis.example([NOON - DAY, NOON - HOUR, NOON, NOON + HOUR], NOON, NOON - 2 * HOUR, 0)
@hypothesis.example([-inf, NOON - DAY, NOON, None, inf], None, NOON + DAY, HOUR)
def test_counts_are_those_of_python(
    warehouse: Warehouse, project: AnalyzedProject, times: list[Time], since: int | None, until: int, lateness: int
) -> None:
    with warehouse.scratch():
        warehouse.execute("CREATE SCHEMA arrivals")
        for table in ("given", "chosen"):
            warehouse.execute(f"CREATE TABLE arrivals.{table} (ts TIMESTAMPTZ)")
        asked = Arriving("arrivals", None if since is None else instant(since), instant(until), lateness)
        known = [time for time in times if time is not None]
        candidates = [time for time in known if FIRST <= time < LAST and (since is None or time >= since)]
        newest = max(candidates, default=None)
        settled_at = None if newest is None else min(newest, until) - lateness
        before = [time for time in known if since is not None and time < since]
        settled = [time for time in known if settled_at is not None and time < settled_at]
        assert answer(warehouse, project, "given", times, asked) == {
            "row_count": len(known),
            "row_sum": mixed(warehouse, project, known),
            "undated_count": len(times) - len(known),
            "before_count": len(before),
            "before_sum": mixed(warehouse, project, before),
            "standing_count": known.count(since) if since is not None else 0,
            "settled_count": len(settled),
            "settled_sum": mixed(warehouse, project, settled),
            "newest": newest,
            "settled_at": settled_at,
        }


def test_other_times_add_up_to_something_else(warehouse: Warehouse, project: AnalyzedProject) -> None:
    with warehouse.scratch():
        warehouse.execute("CREATE SCHEMA arrivals")
        warehouse.execute("CREATE TABLE arrivals.chosen (ts TIMESTAMPTZ)")
        hours = [NOON + hour * HOUR for hour in range(24)]
        others = [
            hours,
            hours[1:],
            [*hours, hours[3]],
            [hours[0] + 1, hours[1] - 1, *hours[2:]],
            [hours[0], *hours[:1], *hours[2:]],
            [time + SECOND for time in hours],
            [time + HOUR for time in hours],
            [NOON + minute * 60 * SECOND for minute in (0, 4, 5)],
            [NOON + minute * 60 * SECOND for minute in (1, 2, 6)],
            [],
        ]
        assert len({mixed(warehouse, project, times) for times in others}) == len(others)
        assert mixed(warehouse, project, hours[::-1]) == mixed(warehouse, project, hours)
