"""Builds take the statistics that plans of windows are chosen by; tables that were built before have none, and are read all the same."""

from datetime import timedelta
from pathlib import Path

import pytest

from featurec.cli.app import main
from tests.training import Airport, at

COLUMNS = ("entities", "duration", "full_columns")
VIEW = """\
/*---
entities: [carrier]
timestamp: landed_at
features: {delay: {type: double}}
aggregations:
  - {function: count, windows: [1h]}
  - {function: max, column: delay, windows: [1h]}
---*/
SELECT carrier, landed_at, delay FROM raw.arrivals
"""


@pytest.fixture(params=["duckdb", "postgres"])
def airport(request: pytest.FixtureRequest, tmp_path: Path) -> Airport:
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    built = Airport.build(tmp_path, request.param, url)
    built.write("features/punctuality.sql", VIEW)
    return built


def explained(airport: Airport, capsys: pytest.CaptureFixture[str]) -> str:
    spine = airport.parquet("spine.parquet", {"carrier": ["AA"], "event_timestamp": [at(12)]})
    capsys.readouterr()
    words = ["train", str(spine), "--features", "punctuality", "--explain", "--project-dir", str(airport.root)]
    assert main(words) == 0, capsys.readouterr()
    return capsys.readouterr().out


def run(airport: Airport) -> int:
    return main(["run", "--select", "punctuality", "--project-dir", str(airport.root)])


def test_a_run_measures_what_it_builds(airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing is known of how many rows" in explained(airport, capsys)
    assert run(airport) == 0
    assert "estimated range_join" in explained(airport, capsys)
    with airport.warehouse() as warehouse:
        (found,) = warehouse.query(f"SELECT row_count, {', '.join(COLUMNS)} FROM featurec.view_versions")
        rows = warehouse.query("SELECT carrier, landed_at, delay FROM raw.arrivals WHERE landed_at IS NOT NULL")
    assert (found["row_count"], found["entities"]) == (len(rows), len({row["carrier"] for row in rows}))
    stamps = [row["landed_at"] for row in rows]
    assert found["duration"] == (max(stamps) - min(stamps)) // timedelta(microseconds=1)
    assert None in [row["delay"] for row in rows]
    assert found["full_columns"] == "[]"


def test_columns_without_null_are_known(airport: Airport, capsys: pytest.CaptureFixture[str]) -> None:
    airport.write("features/punctuality.sql", VIEW.replace("raw.arrivals", "raw.arrivals WHERE delay IS NOT NULL"))
    assert run(airport) == 0
    with airport.warehouse() as warehouse:
        assert warehouse.query("SELECT full_columns FROM featurec.view_versions") == [{"full_columns": '["delay"]'}]


def test_state_of_the_first_release_is_not_read_and_is_brought_forward(
    airport: Airport, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(airport) == 0
    with airport.warehouse() as warehouse:
        for column in (*COLUMNS, "last_event", "retired_at"):
            warehouse.execute(f"ALTER TABLE featurec.view_versions DROP COLUMN {column}")
        for table in ("migrations", "interval_log", "arrivals", "activations", "runs", "run_steps", "leases"):
            warehouse.execute(f"DROP TABLE featurec.{table}")
        before = warehouse.query("SELECT table_name FROM featurec.view_versions")
    assert "computed from its SQL" in explained(airport, capsys)
    assert run(airport) == 0
    assert "estimated range_join" in explained(airport, capsys)
    with airport.warehouse() as warehouse:
        after = warehouse.query("SELECT table_name FROM featurec.view_versions")
        assert len(before) == len(after) == 1
        assert before != after
