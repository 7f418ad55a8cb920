"""Old versions go when their time is over, offline and online; what readers see never does."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from featurec.failpoint import VARIABLE, Failpoint
from featurec.online.postgres import PostgresOnlineStore
from tests.market import SPEND, Market

MORE = SPEND.replace("amount, note\nFROM", "amount + 1 AS amount, note\nFROM")
TABLES = "SELECT view_name, table_name FROM featurec.view_versions ORDER BY built_at, view_name"


BOTH = pytest.mark.parametrize("market", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, request.param, postgres_database)


def keep(market: Market, kept: str) -> None:
    text = (market.root / "featurec.yml").read_text()
    market.write(
        "featurec.yml", text.replace(f"type: {market.engine}", f"type: {market.engine}, keep_versions: {kept}", 1)
    )


def age(market: Market, by: timedelta) -> None:
    """As if every version had been retired so much earlier."""
    at = (datetime.now(UTC) - by).isoformat()
    market.execute(f"UPDATE featurec.view_versions SET retired_at = '{at}' WHERE retired_at IS NOT NULL")


def online(market: Market) -> list[tuple[str, bool]]:
    store = PostgresOnlineStore(market.online_url, "features")
    try:
        return [(found.view.name, found.active) for found in store.versions()]
    finally:
        store.close()


def online_tables(market: Market) -> int:
    with psycopg.connect(market.online_url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'features_online'").fetchone()
    assert found is not None
    return int(found[0])


def two_versions(market: Market) -> None:
    assert market.featurec("run") == 0
    market.write("features/spend.sql", MORE)
    assert market.featurec("run") == 0


@BOTH
def test_a_version_stays_for_its_time_and_then_goes(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    two_versions(market)
    assert len(market.rows(TABLES)) == 5  # two of spend, two of doubled, which reads it, one of places
    age(market, timedelta(days=6))
    assert market.featurec("run") == 0
    assert len(market.rows(TABLES)) == 5
    assert online(market) == [
        ("doubled", True),
        ("doubled", False),
        ("places", True),
        ("spend", True),
        ("spend", False),
    ]
    age(market, timedelta(days=8))
    capfd.readouterr()
    assert market.featurec("run") == 0
    assert capfd.readouterr().out.count("which readers have not seen since") == 2
    assert sorted(view for view, _ in market.rows(TABLES)) == ["doubled", "places", "spend"]
    assert online(market) == [("doubled", True), ("places", True), ("spend", True)]
    assert online_tables(market) == 3


def test_none_are_kept_where_none_are_wanted(market: Market) -> None:
    keep(market, "0s")
    two_versions(market)
    assert sorted(view for view, _ in market.rows(TABLES)) == ["doubled", "places", "spend"]
    assert online_tables(market) == 3


def test_what_is_in_use_stays_for_the_next_run(
    tmp_path: Path, postgres_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    market = Market.build(tmp_path, "postgres", postgres_database)
    two_versions(market)
    age(market, timedelta(days=8))
    reading = next(table for view, table in market.rows(TABLES) if view == "spend")
    with psycopg.connect(market.online_url) as reader:
        reader.execute(f'SELECT count(*) FROM features."{reading}"')
        capfd.readouterr()
        assert market.featurec("run") == 0
        assert f"`{reading}` is in use and stays until the next run" in capfd.readouterr().out
    assert market.featurec("run") == 0
    assert sorted(view for view, _ in market.rows(TABLES)) == ["doubled", "places", "spend"]


def test_a_version_that_online_readers_still_see_stays(market: Market) -> None:
    keep(market, "0s")
    assert market.featurec("run", "--select", "spend") == 0
    market.write("features/spend.sql", MORE)
    assert market.featurec("run", "--select", "spend", "--no-export") == 0
    assert len(market.rows(TABLES)) == 2
    assert market.featurec("run", "--select", "places") == 0
    assert len([view for view, _ in market.rows(TABLES) if view == "spend"]) == 2
    assert market.featurec("run", "--select", "spend") == 0
    assert len([view for view, _ in market.rows(TABLES) if view == "spend"]) == 1


def test_a_view_that_is_gone_is_retired_by_a_run_of_the_whole_project(
    market: Market, capfd: pytest.CaptureFixture[str]
) -> None:
    assert market.featurec("run") == 0
    (market.root / "features/places.sql").unlink()
    assert market.featurec("run", "--select", "spend") == 0
    assert ("places",) in market.rows("SELECT view_name FROM featurec.active_versions")
    capfd.readouterr()
    assert market.featurec("run") == 0
    assert re.search(
        r"`places` is no longer in the project: its tables may go from \d+-\d+-\d+ on", capfd.readouterr().out
    )
    assert ("places",) not in market.rows("SELECT view_name FROM featurec.active_versions")
    assert market.rows("SELECT count(*) FROM features.places") == [(4,)]  # until its tables go
    age(market, timedelta(days=8))
    assert market.featurec("run") == 0
    assert "places" not in [view for view, _ in market.rows(TABLES)]
    assert online(market) == [("doubled", True), ("spend", True)]
    assert market.rows("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'places%'") == [(0,)]


def test_views_of_another_project_in_the_same_schema_are_left_alone(market: Market) -> None:
    assert market.featurec("run") == 0
    keep(market, "0s")
    market.write("featurec.yml", (market.root / "featurec.yml").read_text().replace("name: market", "name: other"))
    (market.root / "features/places.sql").unlink()
    assert market.featurec("run") == 0
    assert ("places",) in market.rows("SELECT view_name FROM featurec.active_versions")
    assert ("places", True) in online(market)


@BOTH
def test_what_was_dropped_online_alone_is_dropped_offline_by_the_next_run(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_versions(market)
    age(market, timedelta(days=8))
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, "collect.offline:raise")
        with pytest.raises(Failpoint):
            market.featurec("run")
    assert len(market.rows(TABLES)) == 5
    assert online_tables(market) == 4
    assert market.featurec("run") == 0
    assert sorted(view for view, _ in market.rows(TABLES)) == ["doubled", "places", "spend"]
    assert online_tables(market) == 3


def test_a_view_that_comes_back_takes_up_its_table(market: Market) -> None:
    assert market.featurec("run") == 0
    places = (market.root / "features/places.sql").read_text()
    (table,) = [table for view, table in market.rows(TABLES) if view == "places"]
    (market.root / "features/places.sql").unlink()
    assert market.featurec("run") == 0
    market.write("features/places.sql", places)
    assert market.featurec("run") == 0
    assert (("places", table)) in market.rows("SELECT view_name, table_name FROM featurec.active_versions")
    assert market.rows("SELECT count(*) FROM featurec.view_versions WHERE retired_at IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("kept", ["7 days", "-1d", "soon"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, kept: str, capfd: pytest.CaptureFixture[str]) -> None:
    market = Market.build(tmp_path, "duckdb", "postgresql:///nowhere")
    keep(market, f'"{kept}"')
    assert market.featurec("compile") == 1
    assert "FC106" in capfd.readouterr().out
