"""``run --rollback``: readers go back to what they saw before, offline and online, without anything being computed."""

from decimal import Decimal
from pathlib import Path

import pytest

from featurec.failpoint import VARIABLE, Failpoint
from featurec.online.postgres import PostgresOnlineStore
from featurec.spec import FeatureRequest
from tests.market import SPEND, Market
from tests.store import answers

MORE = SPEND.replace("amount, note\nFROM", "amount + 1 AS amount, note\nFROM")
MOST = SPEND.replace("amount, note\nFROM", "amount + 2 AS amount, note\nFROM")
ALONE = ("--select", "spend")


BOTH = pytest.mark.parametrize("market", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    return Market.build(tmp_path, request.param, postgres_database)


def run(market: Market, sql: str, *options: str) -> None:
    market.write("features/spend.sql", sql)
    assert market.featurec("run", *ALONE, *options) == 0


def offline(market: Market) -> Decimal:
    ((found,),) = market.rows("SELECT max(amount) FROM features.spend")
    return found


def online(market: Market) -> object:
    store = PostgresOnlineStore(market.online_url, "features")
    try:
        (answer,) = answers(store, [FeatureRequest("spend", ("amount",))], user_id=2)
        return answer.features["amount"].value
    finally:
        store.close()


def codes(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().out


@BOTH
def test_readers_go_back_offline_and_online(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    run(market, SPEND)
    run(market, MORE)
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))
    capfd.readouterr()
    assert market.featurec("run", "--rollback", *ALONE) == 0
    said = codes(capfd)
    assert "rolled back spend to spend__" in said
    assert "online as of" in said
    assert "take back the change of spend too" in said
    assert (offline(market), online(market)) == (Decimal("20.25"), Decimal("5.00"))


def test_the_next_run_goes_forward_again(market: Market) -> None:
    run(market, SPEND)
    run(market, MORE)
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert market.featurec("run", *ALONE) == 0
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert offline(market) == Decimal("20.25")


def test_twice_goes_two_versions_back(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    for sql in (SPEND, MORE, MOST):
        run(market, sql)
    assert offline(market) == Decimal("22.25")
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert (offline(market), online(market)) == (Decimal("20.25"), Decimal("5.00"))
    assert market.featurec("run", "--rollback", *ALONE) == 1
    assert "FC966" in codes(capfd)
    assert offline(market) == Decimal("20.25")


def test_a_change_that_was_taken_back_by_a_run_can_be_gone_back_from(market: Market) -> None:
    for sql in (SPEND, MORE, SPEND):
        run(market, sql)
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert offline(market) == Decimal("21.25")


def test_a_table_computed_anew_is_no_version_of_its_own(market: Market) -> None:
    run(market, SPEND)
    run(market, MORE)
    run(market, MORE, "--full-refresh")
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert offline(market) == Decimal("20.25")


def test_nothing_to_go_back_to(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--rollback", *ALONE) == 1
    assert "no table of it was ever built here" in codes(capfd)
    run(market, SPEND)
    assert market.featurec("run", "--rollback", *ALONE) == 1
    assert "readers have seen no other version of it" in codes(capfd)
    assert market.featurec("run", "--rollback") == 1
    assert "no view has a version that readers could go back to" in codes(capfd)
    assert offline(market) == Decimal("20.25")


def test_without_a_selection_all_that_have_another_version_go_back(market: Market) -> None:
    assert market.featurec("run") == 0
    market.write("features/spend.sql", MORE)
    assert market.featurec("run") == 0
    assert market.rows("SELECT max(doubled) FROM features.doubled") == [(Decimal("42.50"),)]
    assert market.featurec("run", "--rollback") == 0
    assert market.rows("SELECT max(doubled) FROM features.doubled") == [(Decimal("40.50"),)]
    assert offline(market) == Decimal("20.25")


@BOTH
def test_what_was_collected_meanwhile_is_gone(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    settings = (
        (market.root / "featurec.yml")
        .read_text()
        .replace(f"type: {market.engine}", f"type: {market.engine}, keep_versions: 0s", 1)
    )
    run(market, SPEND)
    market.write("featurec.yml", settings)
    run(market, MORE)
    capfd.readouterr()
    assert market.featurec("run", "--rollback", *ALONE) == 1
    assert "the versions before were collected" in codes(capfd)
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))


@BOTH
def test_a_table_that_somebody_dropped(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    run(market, SPEND)
    ((table,),) = market.rows("SELECT table_name FROM featurec.active_versions")
    run(market, MORE)
    market.execute(f'DROP TABLE features."{table}"')
    assert market.featurec("run", "--rollback", *ALONE) == 1
    said = codes(capfd)
    assert "FC966" in said
    assert f"`{table}` is recorded and is not there" in said
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))


def test_a_version_that_was_never_exported(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    run(market, SPEND, "--no-export")
    run(market, MORE)
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert "this one was never exported" in codes(capfd)
    assert (offline(market), online(market)) == (Decimal("20.25"), Decimal("6.00"))
    run(market, SPEND)
    assert online(market) == Decimal("5.00")


def test_online_may_be_older_than_offline(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    run(market, SPEND)
    run(market, SPEND, "--no-export", "--full-refresh")
    run(market, MORE)
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert "online its values are older: as of" in codes(capfd)


@BOTH
def test_readers_get_the_columns_of_that_version(market: Market) -> None:
    run(market, SPEND)
    run(market, SPEND.replace(", note\nFROM", ", note, country\nFROM"))
    assert market.featurec("run", "--rollback", *ALONE) == 0
    found = market.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'features' AND table_name = 'spend'"
    )
    assert {name for (name,) in found} == {"user_id", "ordered_at", "paid_at", "amount", "note"}


def test_what_computes_is_no_rollback(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert market.featurec("run", "--rollback", "--full-refresh") == 2
    assert "FC951" in codes(capfd)


@BOTH
def test_one_that_was_stopped_between_the_stores_is_finished(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    for sql in (SPEND, MORE, MOST):
        run(market, sql)
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, "rollback.online:raise")
        with pytest.raises(Failpoint):
            market.featurec("run", "--rollback", *ALONE)
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("7.00"))
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))
    assert market.featurec("run", "--rollback", *ALONE) == 0
    assert (offline(market), online(market)) == (Decimal("20.25"), Decimal("5.00"))


def test_a_run_after_one_that_was_stopped_goes_forward_in_both_stores(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(market, SPEND)
    run(market, MORE)
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, "rollback.online:raise")
        with pytest.raises(Failpoint):
            market.featurec("run", "--rollback", *ALONE)
    run(market, MORE)
    assert (offline(market), online(market)) == (Decimal("21.25"), Decimal("6.00"))
