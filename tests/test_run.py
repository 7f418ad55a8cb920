"""``featurec run`` on both engines: versions beside each other, switched when complete; what fails leaves what was there."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.market import DOUBLED, ORDERS, SPEND, Market
from tests.processes import Process

ACTIVE = "SELECT view_name, table_name FROM featurec.active_versions ORDER BY view_name"
TABLES = "SELECT table_name FROM featurec.view_versions WHERE view_name = 'spend' ORDER BY built_at, table_name"


BOTH = pytest.mark.parametrize("market", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, request.param, postgres_database)


@BOTH
def test_a_table_holds_every_row_that_has_its_times(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run") == 0
    assert "left out (no time)" in capfd.readouterr().out
    assert market.rows("SELECT user_id, amount FROM features.spend ORDER BY amount") == [
        (None, Decimal("1.00")),
        (2, Decimal("5.00")),
        (1, Decimal("10.50")),
        (1, Decimal("20.25")),
    ]
    ((table,),) = market.rows("SELECT table_name FROM featurec.view_versions WHERE view_name = 'spend'")
    times = market.rows(f'SELECT __fc_event, __fc_available, __fc_at FROM features."{table}" WHERE user_id = 2')
    assert times == [(datetime(2024, 2, 1, 10, tzinfo=UTC),) * 3]
    assert market.rows("SELECT doubled FROM features.doubled ORDER BY 1 DESC LIMIT 1") == [(Decimal("40.50"),)]


def test_results_are_on_record(market: Market) -> None:
    market.featurec("run", "--select", "spend", "doubled")
    found = market.results()
    assert found["exit_code"] == 0
    assert found["args"] == {
        "target": "dev", "select": ["spend", "doubled"], "exclude": [], "vars": None, "export": True, "allow_leakage": False,
        "full_refresh": False, "event_time_start": None, "event_time_end": None, "warn_error": False,
    }  # fmt: skip
    steps = {step["unique_id"]: step for step in found["results"]}
    assert list(steps) == ["build.spend", "build.doubled", "export.doubled", "export.spend"] or set(steps) == {
        "build.spend", "build.doubled", "export.spend", "export.doubled",
    }  # fmt: skip
    assert (steps["build.spend"]["rows"], steps["build.spend"]["dropped"]) == (4, 1)
    assert steps["export.spend"]["rows"] == 2
    assert all(step["status"] == "success" and step["seconds"] >= 0 for step in steps.values())


@BOTH
def test_a_full_refresh_builds_beside_and_drops_what_it_replaces(market: Market) -> None:
    market.featurec("run", "--no-export")
    before = market.rows(ACTIVE)
    market.load(ORDERS + ", (6, 9, 'fr', 75001, 99.00, 'new', '2024-03-03 10:00+00', '2024-03-03 10:00+00')")
    assert market.featurec("run", "--no-export", "--full-refresh") == 0
    after = market.rows(ACTIVE)
    assert [view for view, _ in before] == [view for view, _ in after] == ["doubled", "places", "spend"]
    assert all(old != new for (_, old), (_, new) in zip(before, after, strict=True))
    assert len(market.rows(TABLES)) == 1
    assert market.rows("SELECT amount FROM features.spend WHERE user_id = 9") == [(Decimal("99.00"),)]


def test_a_changed_definition_leaves_the_old_version_for_going_back(market: Market) -> None:
    market.featurec("run", "--no-export")
    market.write("features/spend.sql", SPEND.replace("amount, note\nFROM", "amount + 1 AS amount, note\nFROM"))
    assert market.featurec("run", "--no-export") == 0
    versions = market.rows(TABLES)
    assert len(versions) == 2
    assert market.rows("SELECT max(amount) FROM features.spend") == [(Decimal("21.25"),)]
    assert market.rows(f'SELECT max(amount) FROM features."{versions[0][0]}"') == [(Decimal("20.25"),)]
    assert market.rows("SELECT max(doubled) FROM features.doubled") == [(Decimal("42.50"),)]


@BOTH
def test_readers_get_other_columns_when_the_view_has_them(market: Market) -> None:
    market.featurec("run", "--no-export")
    market.write("features/spend.sql", SPEND.replace(", note\nFROM", ", upper(note) AS note, country\nFROM"))
    assert market.featurec("run", "--no-export", "--select", "spend") == 0
    assert market.rows("SELECT country, note FROM features.spend WHERE user_id = 1 ORDER BY ordered_at") == [
        ("de", "FIRST"),
        ("de", None),
    ]


@BOTH
def test_a_failed_view_skips_what_reads_it_and_nothing_else(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    market.featurec("run")
    before = dict(market.rows(ACTIVE))
    capfd.readouterr()
    broken = SPEND.replace("amount, note\nFROM", "amount, CAST(CAST(note AS INTEGER) AS VARCHAR) AS note\nFROM")
    market.write("features/spend.sql", broken)
    assert market.featurec("run", "--full-refresh") == 1
    said = capfd.readouterr().out
    assert "error[FC904]" in said
    assert "`spend`, which it reads, was not built" in said
    after = dict(market.rows(ACTIVE))
    assert (after["spend"], after["doubled"]) == (before["spend"], before["doubled"])
    assert after["places"] != before["places"]
    assert market.rows("SELECT max(amount) FROM features.spend") == [(Decimal("20.25"),)]
    status = {step["unique_id"]: step["status"] for step in market.results()["results"]}
    assert status == {
        "build.spend": "error",
        "build.doubled": "skipped",
        "build.places": "success",
        "export.spend": "skipped",
        "export.doubled": "skipped",
        "export.places": "success",
    }


def test_mistakes_in_files_stop_a_run_before_it_begins(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    market.write("features/doubled.sql", DOUBLED.replace("amount AS", "amuont AS"))
    market.write("features/doubled.sql", DOUBLED.replace("2 * amount", "2 * amuont"))
    assert market.featurec("run") == 1
    assert "error[FC204]" in capfd.readouterr().out
    assert not (market.root / "target" / "run_results.json").exists()


def test_json_lines_tell_every_step(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--select", "spend", "--log-format", "json") == 0
    events = [json.loads(text) for text in capfd.readouterr().out.splitlines()]
    named = [(event["event"], event.get("step")) for event in events]
    assert named[0] == ("run_started", None)
    assert named[1:5] == [
        ("step_started", "build"),
        ("step_finished", "build"),
        ("step_started", "export"),
        ("step_finished", "export"),
    ]
    assert named[5][0] == "run_finished"
    assert events[5]["exit_code"] == 0


@BOTH
def test_two_runs_at_once_leave_one_whole_state(market: Market) -> None:
    command = ("run", "--no-export", "--project-dir", market.root)
    with Process(*command) as one, Process(*command) as other:
        (first, said), (second, also) = one.ended(), other.ended()
    assert (first, second) == (0, 0), said + also
    active = market.rows(ACTIVE)
    assert [view for view, _ in active] == ["doubled", "places", "spend"]
    for view, table in active:
        assert market.rows(f'SELECT count(*) FROM features."{table}"') == market.rows(
            f"SELECT count(*) FROM features.{view}"
        )


@BOTH
def test_a_table_of_the_readers_name_is_not_touched(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    market.featurec("run", "--no-export", "--select", "places")
    market.execute("CREATE TABLE features.spend (mine integer)")
    market.execute("INSERT INTO features.spend VALUES (1)")
    assert market.featurec("run", "--no-export", "--select", "spend") == 1
    assert "error[FC904]" in capfd.readouterr().out
    assert market.rows("SELECT mine FROM features.spend") == [(1,)]
