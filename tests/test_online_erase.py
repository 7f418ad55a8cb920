"""Erasing an entity: it is nowhere that featurec wrote, others are as they were, and no export brings it back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from featurec.online.postgres import PostgresOnlineStore
from featurec.spec import Column
from tests.market import ORDERS, SPEND, Market
from tests.store import NOON, SECOND, lines, publish, row, value, view

VISITS = """/*---
entities: [place, user]
timestamp: paid_at
features:
  orders: {type: bigint}
---*/
SELECT country, zip, user_id, paid_at, order_id AS orders FROM {{ source('raw', 'orders') }}
"""


@pytest.fixture(params=["duckdb", "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    found = Market.build(tmp_path, request.param, postgres_database)
    found.write("features/visits.sql", VISITS)
    found.load(ORDERS + ", (6, 11, 'd|e', 10115, 3.00, '1', '2024-03-01 10:00+00', '2024-03-01 12:00+00')")
    assert found.featurec("run") == 0
    return found


def online(market: Market) -> Mapping[str, list[str]]:
    """The entity keys of each online table, by the view's name."""
    with psycopg.connect(market.online_url) as session:
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'features_online'").fetchall()
        return {
            name: [
                key
                for (key,) in session.execute(f'SELECT entity_key FROM features_online."{name}" ORDER BY 1'.encode())
            ]
            for (name,) in sorted(tables)
        }


def by_view(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name.partition("__")[0]: keys for name, keys in found.items()}


def users(market: Market, name: str) -> set[Any]:
    return {user for (user,) in market.rows(f"SELECT user_id FROM features.{name}")}


def test_an_entity_is_forgotten_everywhere_and_stays_so(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    assert by_view(online(market))["visits"] == ["d\\|e|10115|11", "de|10115|1"]
    capfd.readouterr()
    assert market.featurec("online", "erase", "user", "user_id=1", "--yes") == 0
    told = capfd.readouterr().out
    for name in ("spend", "doubled", "visits"):
        assert f"from features.{name}__" in told
        assert f"from features_online.{name}__" in told
        assert 1 not in users(market, name)
        assert 11 in users(market, name)
    assert "sources still have what they had" in told
    found = by_view(online(market))
    assert found["spend"] == ["11", "2"]
    assert found["visits"] == ["d\\|e|10115|11"]
    assert found["places"] == ["d\\|e|10115", "de|10115", "fr|75001"]
    assert market.featurec("online", "erase", "user", "user_id=1", "--yes") == 0
    assert "nothing was there" in capfd.readouterr().out
    assert market.featurec("run", "--full-refresh") == 0
    again = by_view(online(market))
    assert again == found
    assert 1 in users(market, "spend")


def test_all_versions_are_cleared_and_new_ones_never_get_it(market: Market) -> None:
    market.write("features/spend.sql", SPEND.replace("amount, note", "amount + 1 AS amount, note"))
    assert market.featurec("run", "--select", "spend") == 0
    assert market.featurec("online", "erase", "user", "user_id=2", "--yes") == 0
    market.write("features/spend.sql", SPEND.replace("amount, note", "amount + 2 AS amount, note"))
    assert market.featurec("run", "--select", "spend") == 0
    versions = [keys for name, keys in online(market).items() if name.startswith("spend__")]
    assert versions == [["1", "11"]] * 3


def test_an_erased_row_that_comes_again_is_told(market: Market) -> None:
    from tests.exporting import Exporting

    assert market.featurec("online", "erase", "place", "country=d|e", "zip=10115", "--yes") == 0
    market.write(
        "features/places.sql", (market.root / "features/places.sql").read_text().replace("AS orders", "+ 0 AS orders")
    )
    exporting = Exporting(market)
    exporting.build("places")
    done = exporting.export("places", datetime.now(UTC))
    assert (done.published.inserted, done.published.erased) == (2, 1)
    (finding,) = [found for found in done.findings if found.code == "FC947"]
    assert finding.claim == "1 row of erased entities of `places` came again"
    again = exporting.export("places", datetime.now(UTC))
    assert again.published.erased == 0
    exporting.close()


def test_one_view_alone(market: Market) -> None:
    assert market.featurec("online", "erase", "user", "user_id=1", "--view", "spend", "--yes") == 0
    found = by_view(online(market))
    assert (found["spend"], found["doubled"]) == (["11", "2"], ["1", "11", "2"])
    assert market.featurec("run", "--full-refresh", "--select", "spend") == 0
    assert by_view(online(market))["spend"] == ["1", "11", "2"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ghost", "user_id=1", "--yes"], "FC953"),
        (["user", "name=1", "--yes"], "FC953"),
        (["user", "user_id=x", "--yes"], "FC952"),
        (["user", "user_id=1", "user_id=2", "--yes"], "FC952"),
        (["user", "user_id=1"], "FC960"),
        (["place", "country=de", "--yes"], "FC952"),
    ],
)
def test_what_cannot_be_erased_is_told(
    tmp_path: Path, postgres_database: str, capfd: pytest.CaptureFixture[str], words: list[str], code: str
) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    assert market.featurec("online", "erase", *words) in (1, 2)
    assert code in capfd.readouterr().out


def test_rejects_and_what_stands_for_the_key(store: PostgresOnlineStore, postgres_database: str) -> None:
    publish(store, view(), lines([row("7", amount=1), row("8", amount=2)]), NOON)
    with psycopg.connect(postgres_database, autocommit=True) as session:
        for key in ("7", "8", None):
            session.execute(
                "INSERT INTO featurec.online_rejects SELECT 'features', 'spend', %s, 1, now(), 'future', %s, now(), '{}'",
                ["a" * 64, key],
            )
        done = store.erase([Column("user_id", "bigint")], ["7"], None, NOON)
        assert done == {"features_online.spend__aaaaaaaa": 1, "featurec.online_rejects": 2}
        assert session.execute("SELECT entity_key FROM featurec.online_rejects").fetchall() == [("8",)]
        ((digest, salt),) = session.execute("SELECT digest, salt FROM featurec.online_erased").fetchall()
        assert (len(digest), len(salt)) == (32, 16)
    store.erase([Column("user_id", "bigint")], ["8"], None, NOON)
    later = publish(store, view(), lines([row(k, NOON + SECOND, amount=5) for k in "789"]), NOON)
    assert (later.rows, later.inserted, later.erased) == (3, 1, 2)
    assert (value(store, 7).value, value(store, 9).value) == (None, 5)
    with pytest.raises(ValueError, match="NULL"):
        store.erase([Column("user_id", "bigint")], [None], None, NOON)


def test_an_export_on_its_way_does_not_bring_back_what_is_erased(
    store: PostgresOnlineStore, postgres_database: str
) -> None:
    """It has its rows already, and not asked yet who is erased."""
    other = PostgresOnlineStore(postgres_database, "features")

    def coming() -> Any:
        yield from lines([row("7", amount=1), row("8", amount=1)])
        other.erase([Column("user_id", "bigint")], ["7"], None, NOON)

    done = publish(store, view(), coming(), NOON)
    assert (done.inserted, done.erased) == (1, 1)
    other.close()


def test_without_an_online_store_tables_are_cleared(tmp_path: Path, postgres_database: str) -> None:
    market = Market.build(tmp_path, "duckdb", postgres_database)
    market.write("featurec.yml", "name: market\ntargets:\n  dev: {offline: {type: duckdb}}\n")
    assert market.featurec("run", "--select", "spend") == 0
    assert market.featurec("online", "erase", "user", "user_id=1", "--yes") == 0
    assert users(market, "spend") == {2, None}


def test_failing_rows_of_it_are_forgotten_too(market: Market) -> None:
    tested = "note: {type: varchar, tests: [{accepted_values: {values: [first], severity: warn}}]}"
    market.write("features/spend.sql", SPEND.replace("note: {type: varchar}", tested))
    assert market.featurec("run", "--no-export", "--select", "spend") == 0
    kept = 'SELECT count(*) FROM featurec.test_failures WHERE CAST("row" AS VARCHAR) LIKE {}'
    assert market.rows(kept.format("'%\"user_id\": 2,%'")) == [(1,)]
    assert market.featurec("online", "erase", "user", "user_id=2", "--yes") == 0
    assert market.rows(kept.format("'%\"user_id\": 2,%'")) == [(0,)]
    assert market.rows(kept.format("'%\"user_id\": 11,%'")) == [(1,)]
