"""``featurec state``: what a target has of each view; it only looks."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from featurec.compiler import compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from tests.market import ORDERS, SPEND, Market
from tests.test_plan import PAID, TWICE

MORE = SPEND.replace("amount, note\nFROM", "amount + 1 AS amount, note\nFROM")


BOTH = pytest.mark.parametrize("market", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    built = Market.build(tmp_path, request.param, postgres_database)
    built.write("features/paid.sql", PAID)
    built.write("features/twice.sql", TWICE)
    return built


def state(market: Market, capfd: pytest.CaptureFixture[str], *options: str) -> Any:
    capfd.readouterr()
    assert market.featurec("state", "--output", "json", *options) == 0
    return json.loads(capfd.readouterr().out)


def view(market: Market, capfd: pytest.CaptureFixture[str], name: str) -> Any:
    (found,) = state(market, capfd, "--select", name)["views"]
    return found


@BOTH
def test_where_nothing_was_ever_run(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    found = state(market, capfd)
    assert [one["view"] for one in found["views"]] == ["doubled", "paid", "places", "spend", "twice"]
    assert {one["active"] for one in found["views"]} == {None}
    assert found["runs"] == []
    assert not (market.root / ".featurec" / "dev.duckdb").exists()
    market.featurec("state")
    assert "nothing was run here yet" in capfd.readouterr().out


@BOTH
def test_what_a_view_has(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run") == 0
    spend = view(market, capfd, "spend")
    ((table,),) = market.rows("SELECT table_name FROM featurec.active_versions WHERE view_name = 'spend'")
    assert (spend["active"]["table"], spend["active"]["rows"], spend["active"]["dropped"]) == (table, 4, 1)
    assert (spend["current"], spend["declared"], spend["retired"]) == (True, True, [])
    assert spend["seen_since"] == spend["active"]["written_at"]
    assert (spend["covered"], spend["gaps"], spend["until"]) == ([{"start": None, "end": None}], [], None)
    (source,) = spend["sources"]
    assert (source["relation"], source["rows"], source["late"]) == ("source.raw.orders", 4, 0)
    assert source["newest"] == "2024-03-05T12:00:00+00:00"
    (online,) = spend["online"]
    assert (online["active"], online["fingerprint"]) == (True, spend["active"]["fingerprint"])
    assert online["as_of"] == spend["seen_since"]
    assert spend["last_success"] == spend["seen_since"]
    assert (spend["lease"], spend["next_tick"]) == (None, None)
    (twice,) = view(market, capfd, "twice")["sources"]
    assert (twice["relation"], twice["rows"], twice["parent_write"]) == ("view.paid", None, 1)


def test_versions_and_when_they_go(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run") == 0
    before = view(market, capfd, "spend")["active"]["fingerprint"]
    market.write("features/spend.sql", MORE)
    assert view(market, capfd, "spend")["current"] is False
    assert market.featurec("run") == 0
    spend = view(market, capfd, "spend")
    (old,) = spend["retired"]
    assert old["fingerprint"] == before
    kept = datetime.fromisoformat(old["goes_at"]) - datetime.fromisoformat(old["retired_at"])
    assert kept.days == 7
    assert [one["active"] for one in spend["online"]] == [True, False]
    market.featurec("state", "--select", "spend")
    text = capfd.readouterr().out
    assert f"retired {old['table']}, 4 rows, may be dropped from" in text
    assert "covers  all event times" in text


def test_event_times_that_are_written_and_missing(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    market.write(
        "features/paid.sql",
        PAID.replace("timestamp: paid_at", "timestamp: paid_at\ninterval: 1d\nschedule: '0 6 * * *'"),
    )
    first = ("--event-time-start", "2024-02-01", "--event-time-end", "2024-03-01")
    assert market.featurec("run", "--no-export", "--select", "paid", *first) == 0
    paid = view(market, capfd, "paid")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).isoformat()
    assert paid["covered"] == [{"start": "2024-02-01T00:00:00+00:00", "end": "2024-03-01T00:00:00+00:00"}]
    assert paid["gaps"] == [
        {"start": None, "end": "2024-02-01T00:00:00+00:00"},
        {"start": "2024-03-01T00:00:00+00:00", "end": midnight},
    ]
    assert paid["until"] == midnight
    assert datetime.fromisoformat(paid["next_tick"]).hour == 6
    market.featurec("state", "--select", "paid")
    text = capfd.readouterr().out
    assert "covers  from 2024-02-01 00:00:00 until 2024-03-01 00:00:00" in text
    assert "lacks   until 2024-02-01 00:00:00, from 2024-03-01 00:00:00 until" in text


@BOTH
def test_rows_that_came_too_late_are_counted(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    market.write("features/paid.sql", PAID.replace("timestamp: paid_at", "timestamp: paid_at\nmax_lateness: 1h"))
    assert market.featurec("run", "--no-export", "--select", "paid") == 0
    market.load(ORDERS + ", (7, 1, 'de', 1, 1.00, 'late', '2024-02-02 10:00+00', '2024-02-02 10:00+00')")
    assert market.featurec("run", "--no-export", "--select", "paid") == 0
    assert view(market, capfd, "paid")["sources"][0]["late"] == 1
    market.featurec("state", "--select", "paid")
    assert "1 row came too late" in capfd.readouterr().out


def test_how_runs_ended(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export", "--select", "paid") == 0
    market.write("features/paid.sql", PAID.replace("amount\nFROM", "amount / (user_id - user_id) AS amount\nFROM"))
    bad = market.featurec("run", "--no-export", "--select", "paid")
    runs = state(market, capfd)["runs"]
    assert [run["exit_code"] for run in runs] == [bad, 0]
    assert runs[0]["started_at"] > runs[1]["started_at"]


def test_a_view_that_the_project_no_longer_has(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--no-export") == 0
    (market.root / "features/places.sql").unlink()
    found = {one["view"]: one for one in state(market, capfd)["views"]}
    assert found["places"]["declared"] is False
    assert found["places"]["active"]["rows"] == 4
    market.featurec("state")
    assert "places  no longer in the project" in capfd.readouterr().out


def test_who_has_a_view_for_himself(tmp_path: Path, postgres_database: str, capfd: pytest.CaptureFixture[str]) -> None:
    market = Market.build(tmp_path, "postgres", postgres_database)
    assert market.featurec("run", "--no-export") == 0
    project = compile_project(market.root).project
    engine = open_engine(project.targets["dev"], project, market.root, Access(write=True))
    since = datetime(2024, 1, 1, tzinfo=UTC)
    try:
        with engine.lease(["spend"], "abc", since, 0):
            held = view(market, capfd, "spend")["lease"]
            assert (held["run_id"], held["since"]) == ("abc", since.isoformat())
            assert view(market, capfd, "doubled")["lease"] is None
            market.featurec("state")
            assert f"process {held['pid']} on {held['host']} has it since 2024-01-01" in capfd.readouterr().out
    finally:
        engine.close()
    assert view(market, capfd, "spend")["lease"] is None


def test_an_online_store_that_does_not_answer_hides_nothing_else(
    market: Market, capfd: pytest.CaptureFixture[str]
) -> None:
    assert market.featurec("run", "--no-export") == 0
    settings = (market.root / "featurec.yml").read_text()
    head, _, _ = settings.partition(", online:")
    market.write("featurec.yml", head + ', online: {type: postgres, url: "postgresql://localhost:1/nowhere"}}\n')
    assert market.featurec("state", "--select", "spend") == 1
    out, err = capfd.readouterr()
    assert "FC902" in err
    assert "covers  all event times" in out
