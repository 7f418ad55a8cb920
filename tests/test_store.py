"""featurec.FeatureStore on a real project: what it answers is what the command line answers, in the forms that Python has."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import featurec
from featurec import FeatureStore
from featurec.cli.app import main
from featurec.engines.frames import table_of, to_pandas

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
ASKED = {"customer_id": [5, 2, 5, 99], "sku": ["boots", "scarf", "boots", "none"], "event_timestamp": [MARCH] * 4}


def init(root: Path, url: str) -> Path:
    """The project of `featurec init`, on an online store of the test's own."""
    assert main(["init", str(root)]) == 0
    settings = root / "featurec.yml"
    settings.write_text(settings.read_text().replace("url: embedded", f"url: '{url}'"))
    return root


def built(folder: Path, url: str) -> Path:
    root = init(folder / "shop", url)
    assert main(["run", "--project-dir", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, postgres_of_module: str) -> Path:
    """A project whose features are there, for tests that only read."""
    return built(tmp_path_factory.mktemp("store"), postgres_of_module)


@pytest.fixture
def own_shop(tmp_path: Path, postgres_database: str) -> Path:
    """The same for a test that changes it."""
    return built(tmp_path, postgres_database)


@pytest.fixture
def store(shop: Path) -> Iterator[FeatureStore]:
    with FeatureStore(shop) as opened:
        yield opened


def same(left: pa.Table, right: pa.Table) -> bool:
    """Columns, types, rows and their order; whether a column may have NULL is not told by every reader."""
    told = [(table.column_names, table.schema.types) for table in (left, right)]
    return told[0] == told[1] and left.to_pylist() == right.to_pylist()


def codes(error: pytest.ExceptionInfo[featurec.FeaturecError]) -> list[str]:
    return [finding.code for finding in error.value.diagnostics]


def test_importing_featurec_imports_nothing_else() -> None:
    text = "import sys, featurec; print(sorted(m for m in sys.modules if m.split('.')[0] in ('pyarrow', 'duckdb', 'pandas', 'featurec')))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['featurec']"
    with pytest.raises(AttributeError, match="FeatureStoer"):
        _ = featurec.FeatureStoer  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["dict", "rows", "pandas", "polars", "lazy", "table", "reader", "parquet", "csv"])
def test_every_form_of_a_spine_gives_the_rows_of_the_command(
    store: FeatureStore, shop: Path, tmp_path: Path, form: str
) -> None:
    table = pa.table(ASKED)
    pq.write_table(table, tmp_path / "asked.parquet")
    pl.from_arrow(table).write_csv(tmp_path / "asked.csv")
    asked: Any = {
        "dict": ASKED,
        "rows": table.to_pylist(),
        "pandas": pd.DataFrame(ASKED, index=[7, 7, 3, 1]),
        "polars": pl.DataFrame(ASKED),
        "lazy": pl.LazyFrame(ASKED),
        "table": table,
        "reader": table.to_reader(),
        "parquet": tmp_path / "asked.parquet",
        "csv": str(tmp_path / "asked.csv"),
    }[form]
    found = store.get_historical_features(asked, "return_risk").to_arrow()
    out = str(tmp_path / "out.parquet")
    words = [
        "train",
        str(tmp_path / "asked.parquet"),
        "--service",
        "return_risk",
        "-o",
        out,
        "--project-dir",
        str(shop),
    ]
    assert main(words) == 0
    assert same(found, pq.read_table(out))


def test_a_spine_of_the_project_and_a_query_through_the_same_checks(store: FeatureStore) -> None:
    named = store.get_historical_features("checkouts", "return_risk", full_feature_names=True).to_arrow()
    assert named.num_rows == 80
    assert "product_price__price" in named.column_names
    sql = "SELECT customer_id, sku, ordered_at AS event_timestamp FROM {{ source('shop', 'orders') }} ORDER BY order_id"
    asked = store.get_historical_features(sql, store.get_feature_service("return_risk"), full_feature_names=True)
    assert asked.to_arrow().num_rows == 80
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_historical_features("DELETE FROM shop.orders", "return_risk").to_arrow()
    assert refused.value.diagnostics
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_historical_features("SELECT customer_id, sku FROM elsewhere.orders", "return_risk").to_arrow()
    assert refused.value.diagnostics


def test_frames_keep_every_digit(store: FeatureStore, tmp_path: Path) -> None:
    big = 2**53 + 1
    asked = pa.table({**ASKED, "big": pa.array([big, None, big, None], pa.int64())})
    job = store.get_historical_features(asked, ["customer_orders:orders_so_far", "product_price"])
    frame = job.to_df()
    assert str(frame["big"].dtype) == "Int64"
    assert frame["big"][0] == big
    assert frame["orders_so_far"].tolist()[3] is pd.NA
    assert job.to_polars()["big"].to_list() == [big, None, big, None]
    assert job.to_polars()["price"].dtype == pl.Decimal(18, 2)
    assert "__fc_spine_file" in job.to_sql()
    written = job.persist(tmp_path / "out.parquet")
    assert written.rows == 4
    assert same(pq.read_table(tmp_path / "out.parquet"), job.to_arrow())


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"features": []}, "FC951"),
        ({"features": "return_riks"}, "FC953"),
        ({"features": ["product_price:prise"]}, "FC262"),
        ({"features": ["product_price"], "entity_df": 5}, "FC954"),
        ({"features": ["product_price"], "entity_df": {"sku": "boots", "event_timestamp": MARCH}}, "FC954"),
        ({"features": ["product_price"], "entity_df": []}, "FC954"),
        ({"features": ["product_price"], "timestamp_field": "at"}, "FC955"),
        ({"features": ["product_price"], "entity_df": "checkouts", "timestamp_field": "at"}, "FC951"),
        ({"features": ["product_price"], "entity_df": "no_such_table"}, "FC954"),
    ],
)
def test_mistakes_are_errors_with_findings(store: FeatureStore, given: dict[str, Any], code: str) -> None:
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_historical_features(**{"entity_df": ASKED, **given}).to_arrow()
    assert codes(refused) == [code]


def test_an_online_read_in_feasts_form(store: FeatureStore) -> None:
    rows = [{"customer_id": 5, "sku": "boots"}, {"customer_id": "99", "sku": "boots"}]
    answer = store.get_online_features(store.get_feature_service("return_risk"), rows)
    found = answer.to_dict(include_event_timestamps=True)
    assert list(found)[:4] == ["customer_id", "sku", "last_amount", "last_amount__ts"]
    assert found["last_amount"] == [Decimal("141.90"), None]
    assert found["returns_so_far"] == [3, 0]
    stamp = answer.event_timestamps["last_amount"][0]
    assert stamp is not None
    assert found["last_amount__ts"] == [int(stamp.timestamp()), 0]
    assert answer.statuses["last_amount"] == ["PRESENT", "NOT_FOUND"]
    columns = {"customer_id": [5, 99], "sku": ["boots", "boots"]}
    for form in (columns, pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns)):
        assert store.get_online_features("return_risk", form).to_dict()["price"] == found["price"]
    assert answer.to_arrow()["customer_id"].to_pylist() == ["5", "99"]
    assert answer.to_df()["price"].tolist() == answer.to_arrow()["price"].to_pylist() == found["price"]
    assert store.get_online_features("return_risk", []).feature_names == answer.feature_names
    full = store.get_online_features(["product_price:price"], [{"sku": None}], full_feature_names=True)
    assert full.to_dict() == {"sku": [None], "product_price__price": [None]}


@pytest.mark.parametrize(
    ("features", "rows", "code"),
    [
        (["product_price"], [{"skuu": "boots"}], "FC941"),
        (["product_price"], [{"sku": "boots"}, {}], "FC941"),
        (["customer_orders"], [{"customer_id": "five"}], "FC942"),
        (["customer_orders"], {"customer_id": [1, 2], "sku": ["x"]}, "FC942"),
        (["product_price:prise"], [{"sku": "boots"}], "FC940"),
        (["product_price", 5], [{"sku": "boots"}], "FC952"),
        (5, [{"sku": "boots"}], "FC952"),
        (["product_price"], 5, "FC954"),
        (["product_price"], {"sku": "boots"}, "FC954"),
        (["customer_orders"], {"customer_id": 5}, "FC954"),
        (["customer_orders"], [{"customer_id": 10**5000}], "FC942"),
    ],
)
def test_mistakes_of_an_online_read(store: FeatureStore, features: Any, rows: Any, code: str) -> None:
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_online_features(features, rows)
    assert codes(refused) == [code]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([2**64 - 1, None, 0], pa.uint64()),
        ([2**70, None, -1], pa.decimal128(38, 0)),
        ([2**127 - 1, None], pa.string()),
        ([-1, None], pa.int64()),
    ],
)
def test_wide_whole_numbers_of_an_answer_keep_their_digits(values: list[int | None], kind: pa.DataType) -> None:
    column = table_of({"wide": values})["wide"]
    assert column.type == kind
    assert [None if found is None else int(found) for found in column.to_pylist()] == values
    frame = to_pandas(table_of({"wide": values}))
    assert [None if pd.isna(found) else int(found) for found in frame["wide"].tolist()] == values


def test_a_new_version_is_read_without_a_new_store(own_shop: Path) -> None:
    ask = ["product_price:price"], [{"sku": "boots"}]
    with FeatureStore(own_shop) as store:
        before = store.get_online_features(*ask).to_dict()["price"][0]
        view = own_shop / "features" / "product_price.sql"
        view.write_text(
            view.read_text().replace("changed_at, price", "changed_at, CAST(price * 2 AS DECIMAL(18, 2)) AS price")
        )
        assert main(["run", "--project-dir", str(own_shop)]) == 0
        assert isinstance(before, Decimal)
        assert store.get_online_features(*ask).to_dict()["price"][0] == 2 * before
        assert "price * 2" not in store.get_feature_view("product_price").file.text
        store.refresh()
        assert "price * 2" in store.get_feature_view("product_price").file.text


def test_a_lost_session_costs_no_answer(store: FeatureStore, postgres_of_module: str) -> None:
    ask = ["product_price:price"], [{"sku": "boots"}]
    before = store.get_online_features(*ask).to_dict()
    with psycopg.connect(postgres_of_module, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'featurec' AND datname = current_database()"
        )
        assert ended.fetchall()
    assert store.get_online_features(*ask).to_dict() == before


def test_threads_and_event_loops_share_a_store(store: FeatureStore) -> None:
    rows = [{"customer_id": 5, "sku": "boots"}]
    expected = store.get_online_features("return_risk", rows).to_dict()
    spine = store.get_historical_features(ASKED, "return_risk").to_arrow()
    wrong: list[object] = []

    def work() -> None:
        for _ in range(10):
            wrong.extend(d for d in [store.get_online_features("return_risk", rows).to_dict()] if d != expected)

        async def reads() -> None:
            asked = (store.get_online_features_async("return_risk", rows) for _ in range(10))
            wrong.extend(a.to_dict() for a in await asyncio.gather(*asked) if a.to_dict() != expected)

        asyncio.run(reads())
        wrong.extend(t for t in [store.get_historical_features(ASKED, "return_risk").to_arrow()] if not t.equals(spine))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_there_is(store: FeatureStore) -> None:
    assert [view.name for view in store.list_feature_views()] == [
        "customer_orders",
        "customer_returns",
        "product_price",
    ]
    assert store.list_on_demand_feature_views() == []
    assert [entity.name for entity in store.list_entities()] == ["customer", "product"]
    assert [service.name for service in store.list_feature_services()] == ["return_risk"]
    assert store.get_data_source("shop.orders") in store.list_data_sources()
    assert store.get_entity("customer").join_keys[0].name == "customer_id"
    assert {one.status for one in store.plan().views} == {"unchanged"}
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_feature_view("product_prise")
    assert "product_price" in refused.value.diagnostics[0].fix


def test_a_failed_run_raises_with_its_result(own_shop: Path) -> None:
    (own_shop / "data" / "prices.csv").write_text("sku,price,changed_at\nboots,cheap,2024-01-01\n")
    with FeatureStore(own_shop) as store, pytest.raises(featurec.RunFailed) as failed:
        store.materialize(datetime(2024, 1, 1), datetime(2025, 1, 1))
    assert {step.view for step in failed.value.result.steps if step.status == "error"} == {"product_price"}
    assert failed.value.diagnostics


def test_an_instant_that_utc_does_not_have_is_refused(store: FeatureStore) -> None:
    with pytest.raises(featurec.FeaturecError) as refused:
        store.materialize(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), MARCH)
    assert codes(refused) == ["FC952"]


def test_warnings_are_python_warnings_and_errors_of_files_are_raised(own_shop: Path) -> None:
    with (own_shop / "data" / "prices.csv").open("a") as prices:
        prices.write("boots,3.00,2099-07-02 00:00:00+00\n")
    with FeatureStore(own_shop) as store:
        with pytest.warns(featurec.FeaturecWarning, match="FC945") as told:
            assert store.materialize_incremental(datetime.now(UTC)).exit_code == 0
        assert {Path(warning.filename).name for warning in told} == {"test_store.py"}
    (own_shop / "services.yml").write_text("services: [")
    with pytest.raises(featurec.FeaturecError):
        FeatureStore(own_shop)
    with pytest.raises(featurec.FeaturecError) as refused:
        FeatureStore(own_shop, target="nowhere")
    assert refused.value.diagnostics


def test_on_demand_views_are_answered_on_both_sides(own_shop: Path) -> None:
    (own_shop / "features" / "offer.sql").write_text(
        "/*---\nentities: [product]\ninputs: {offered: 'decimal(18,2)'}\nfeatures:\n  saving: {type: 'decimal(18,2)'}\n---*/\n"
        "SELECT {{ feature('product_price:price') }} - {{ input('offered') }} AS saving\n"
    )
    asked = ["offer:saving", "product_price:price"]
    rows = [{"sku": "boots", "offered": Decimal("100.00")}, {"sku": "none", "offered": 1}]
    with FeatureStore(own_shop) as store:
        assert [view.name for view in store.list_on_demand_feature_views()] == ["offer"]
        answer = store.get_online_features(asked, rows)
        assert list(answer.to_dict()) == ["sku", "offered", "saving", "price"]
        assert answer.to_dict()["saving"] == [Decimal("41.90"), None]
        assert answer.statuses["saving"] == ["PRESENT", "NULL_VALUE"]
        later = asyncio.run(store.get_online_features_async(asked, rows))
        assert (later.to_dict(), later.statuses) == (answer.to_dict(), answer.statuses)
        spine = {
            "sku": ["boots"],
            "offered": [Decimal("100.00")],
            "event_timestamp": [datetime(2024, 12, 1, tzinfo=UTC)],
        }
        assert store.get_historical_features(spine, asked).to_arrow()["saving"].to_pylist() == [Decimal("41.90")]
        with pytest.raises(featurec.FeaturecError) as refused:
            store.get_online_features(asked, [{"sku": "boots"}])
        assert codes(refused) == ["FC941"]
        with pytest.raises(featurec.FeaturecError) as refused:
            store.push("offer", [{"sku": "boots", "saving": 1}])
        assert codes(refused) == ["FC962"]
