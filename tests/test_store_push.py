"""Rows that a program pushes: merged as an export's are, and refused where the view could not have them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from psycopg import sql

import featurec
from featurec import FeatureStore
from featurec.cli.app import main
from featurec.online.postgres import PostgresOnlineStore
from featurec.run.push import _Push
from tests.test_store import MARCH, built, codes


@pytest.fixture
def shop(tmp_path: Path, postgres_database: str) -> Path:
    return built(tmp_path, postgres_database)


@pytest.fixture
def store(shop: Path) -> Iterator[FeatureStore]:
    with FeatureStore(shop) as opened:
        yield opened


@pytest.fixture(scope="module")
def unwritten(tmp_path_factory: pytest.TempPathFactory, postgres_of_module: str) -> Iterator[FeatureStore]:
    """A store for tests that find that nothing is written."""
    with FeatureStore(built(tmp_path_factory.mktemp("push"), postgres_of_module)) as opened:
        yield opened


def test_a_pushed_row_counts_until_a_newer_one_comes(store: FeatureStore, shop: Path) -> None:
    def price() -> object:
        return store.get_online_features(["product_price:price"], [{"sku": "boots"}]).to_dict()["price"][0]

    def push(at: datetime, value: str) -> Any:
        return store.push("product_price", {"sku": ["boots"], "changed_at": [at], "price": [Decimal(value)]})

    first, at = price(), datetime(2024, 7, 1, tzinfo=UTC)
    assert push(at, "1.00").updated == 1
    assert price() == Decimal("1.00")
    older = push(at - timedelta(seconds=1), "2.00")
    assert (older.updated, older.stale, price()) == (0, 1, Decimal("1.00"))
    assert push(at, "1.00").unchanged == 1
    assert store.materialize_incremental(datetime.now(UTC)).exit_code == 0
    assert store.materialize(datetime(2024, 1, 1), datetime(2025, 1, 1), ["product_price"]).exit_code == 0
    assert price() == Decimal("1.00") != first
    with (shop / "data" / "prices.csv").open("a") as prices:
        prices.write("boots,3.00,2024-07-02 00:00:00+00\n")
    assert store.materialize_incremental(datetime.now(UTC)).exit_code == 0
    assert price() == Decimal("3.00")


def test_a_push_takes_the_newest_row_of_each_entity(store: FeatureStore) -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [
        {"sku": "boots", "changed_at": at, "price": Decimal(1)},
        {"sku": "boots", "changed_at": at + timedelta(days=1), "price": Decimal(2)},
        {"sku": "boots", "changed_at": at, "price": Decimal(3)},
        {"sku": "a|new\\one", "changed_at": at, "price": None},
    ]
    done = store.write_to_online_store("product_price", rows)
    assert (done.rows, done.inserted, done.updated) == (2, 1, 1)
    answer = store.get_online_features(["product_price:price"], {"sku": ["boots", "a|new\\one"]})
    assert answer.to_dict()["price"] == [Decimal("2.00"), None]
    assert answer.statuses["price"] == ["PRESENT", "NULL_VALUE"]


def test_a_push_is_no_export(store: FeatureStore, postgres_database: str) -> None:
    """The next export goes on from where the last one ended."""
    marks = "SELECT as_of, checksum FROM featurec.online_watermarks WHERE view = 'product_price'"
    with psycopg.connect(postgres_database) as connection:
        before = connection.execute(marks).fetchall()
        store.push("product_price", [{"sku": "boots", "changed_at": MARCH, "price": Decimal(1)}])
        assert connection.execute(marks).fetchall() == before


LATE = datetime.now(UTC) + timedelta(days=1)
GOOD = {"sku": "boots", "changed_at": MARCH, "price": Decimal("1.00")}


@pytest.mark.parametrize(
    ("view", "row", "code"),
    [
        ("product_price", {**GOOD, "prise": 1}, "FC962"),
        ("product_price", {"sku": "boots", "changed_at": MARCH}, "FC962"),
        ("product_price", {**GOOD, "sku": None}, "FC962"),
        ("product_price", {**GOOD, "changed_at": None}, "FC962"),
        ("product_price", {**GOOD, "changed_at": "2024-03-01"}, "FC962"),
        ("product_price", {**GOOD, "changed_at": LATE}, "FC962"),
        ("product_price", {**GOOD, "price": Decimal("1.001")}, "FC962"),
        ("product_price", {**GOOD, "price": "cheap"}, "FC962"),
        ("product_price", {**GOOD, "price": 2**70}, "FC962"),
        ("product_price", {**GOOD, "sku": [2**70]}, "FC954"),
        ("product_price", {}, "FC962"),
        ("product_prise", GOOD, "FC953"),
    ],
)
def test_rows_that_a_view_could_not_have_are_refused(unwritten: FeatureStore, view: str, row: Any, code: str) -> None:
    before = unwritten.get_online_features(["product_price"], [{"sku": "boots"}]).to_dict()
    with pytest.raises(featurec.FeaturecError) as refused:
        unwritten.push(view, [row])
    assert set(codes(refused)) == {code}
    assert unwritten.get_online_features(["product_price"], [{"sku": "boots"}]).to_dict() == before
    with pytest.raises(featurec.FeaturecError):
        unwritten.push("product_price", [GOOD], to="offline")


def test_windows_are_not_pushed_and_neither_is_what_was_never_exported(shop: Path) -> None:
    view = shop / "features" / "product_price.sql"
    (shop / "features" / "windowed.sql").write_text(
        view.read_text().replace("features:\n", "aggregations: [{function: count, windows: [7d]}]\nfeatures:\n")
    )
    (shop / "features" / "unseen.sql").write_text(view.read_text())
    with FeatureStore(shop) as store:
        for name, code in (("windowed", "FC962"), ("unseen", "FC940")):
            with pytest.raises(featurec.FeaturecError) as refused:
                store.push(name, [GOOD])
            assert codes(refused) == [code]


def test_a_push_never_brings_an_older_version_back(store: FeatureStore, shop: Path, postgres_database: str) -> None:
    online = PostgresOnlineStore(postgres_database, "features")
    try:
        old = online.active(["product_price"])["product_price"].view
        view = shop / "features" / "product_price.sql"
        view.write_text(view.read_text().replace("changed_at, price", "changed_at, price + 0 AS price"))
        assert main(["run", "--project-dir", str(shop)]) == 0
        new = online.active(["product_price"])["product_price"].view
        assert new.fingerprint != old.fingerprint
        rows = pa.Table.from_pylist([GOOD])
        with pytest.raises(featurec.FeaturecError) as refused:
            _Push(store.get_feature_view("product_price"), old, rows, "UTC").publish(online, datetime.now(UTC))
        assert codes(refused) == ["FC932"]
        assert online.active(["product_price"])["product_price"].view == new
        assert store.push("product_price", [{**GOOD, "changed_at": datetime(2025, 1, 1, tzinfo=UTC)}]).updated == 1
    finally:
        online.close()


def test_a_push_leaves_the_event_loop_free(store: FeatureStore, postgres_database: str) -> None:
    """While another session holds the row, reads of the same loop are answered; then the merge goes on."""
    ask = ["product_price:price"], {"sku": ["boots"]}
    pushed = [{"sku": "boots", "changed_at": datetime(2025, 1, 1, tzinfo=UTC), "price": Decimal("5.00")}]

    async def work() -> list[object]:
        with psycopg.connect(postgres_database) as other, psycopg.connect(postgres_database, autocommit=True) as watch:
            shown = other.execute("SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 'product_price%'")
            ((schema, name),) = shown.fetchall()
            other.execute(sql.SQL("SELECT * FROM {} FOR UPDATE").format(sql.Identifier(schema, name)))
            task = asyncio.create_task(store.push_async("product_price", pushed))
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            while (watch.execute(waiting).fetchone() or (0,))[0] == 0:
                assert not task.done()
                await asyncio.sleep(0)
                before = (await store.get_online_features_async(*ask)).to_dict()["price"]
            other.rollback()
        done = await task
        return [before, done.updated, (await store.get_online_features_async(*ask)).to_dict()["price"]]

    before = store.get_online_features(*ask).to_dict()["price"]
    assert asyncio.run(work()) == [before, 1, [Decimal("5.00")]]


def test_pushes_of_one_loop_come_one_after_the_other(store: FeatureStore) -> None:
    def row(number: int) -> dict[str, object]:
        return {"sku": "boots", "changed_at": datetime(2025, 1, 1 + number, tzinfo=UTC), "price": Decimal(number)}

    async def work() -> list[Any]:
        return await asyncio.gather(*(store.write_to_online_store_async("product_price", [row(n)]) for n in range(6)))

    done = asyncio.run(work())
    assert {(d.rows, d.updated + d.stale) for d in done} == {(1, 1)}
    assert store.get_online_features(["product_price:price"], {"sku": ["boots"]}).to_dict()["price"] == [Decimal(5)]


def test_what_is_refused_is_raised_where_it_is_awaited(unwritten: FeatureStore) -> None:
    for view, row, to, code in (
        ("product_price", {**GOOD, "price": "cheap"}, "online", "FC962"),
        ("product_prise", GOOD, "online", "FC953"),
        ("product_price", GOOD, "offline", "FC951"),
    ):
        with pytest.raises(featurec.FeaturecError) as refused:
            asyncio.run(unwritten.push_async(view, [row], to=to))
        assert codes(refused) == [code]
