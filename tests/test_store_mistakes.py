"""What a Python program is told: its own words for what it gave, what is accepted, and no traceback of the insides."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import featurec
from featurec import FeatureStore
from featurec.cli.app import main

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
ORDER = {"customer_id": [5], "sku": ["boots"], "event_timestamp": [MARCH]}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, postgres_of_module: str) -> Path:
    root = tmp_path_factory.mktemp("mistakes") / "shop"
    assert main(["init", str(root)]) == 0
    settings = root / "featurec.yml"
    settings.write_text(settings.read_text().replace("url: embedded", f"url: '{postgres_of_module}'"))
    assert main(["run", "--project-dir", str(root)]) == 0
    return root


@pytest.fixture
def store(shop: Path) -> Iterator[FeatureStore]:
    with FeatureStore(shop) as opened:
        yield opened


@pytest.mark.parametrize(
    ("entity_df", "features", "timestamp", "told"),
    [
        ({"customer_id": [5], "sku": ["a"]}, "return_risk", None, "FC955: `entity_df` has no column `event_timestamp`"),
        ({"customer_id": [5], "sku": ["a"]}, "return_risk", None, "name the as-of column with `timestamp_field`"),
        ([], "return_risk", None, "FC954: `entity_df` has no columns"),
        (ORDER | {"price": [1]}, ["product_price:price"], None, "set `full_feature_names=True`"),
        (ORDER, ["customer_order:last_amount"], None, "did you mean `customer_orders`"),
        ("checkout", "return_risk", None, "did you mean `checkouts`"),
        ("SELECT FROM WHERE", "return_risk", None, "expected here: table name. Fix: check commas"),
    ],
)
def test_a_training_set(store: FeatureStore, entity_df: Any, features: Any, timestamp: str | None, told: str) -> None:
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_historical_features(entity_df, features, timestamp_field=timestamp).to_arrow()
    assert told in str(refused.value)
    for internal in (
        "entity_df.parquet",
        "/tmp",
        "Token",
        "__fc",
        "Catalog Error",
        "--timestamp",
        "nothing of this kind",
    ):
        assert internal not in str(refused.value)
    assert len(set(refused.value.diagnostics)) == len(refused.value.diagnostics)


def test_an_error_says_place_cause_and_fix(store: FeatureStore) -> None:
    with pytest.raises(featurec.FeaturecError) as refused:
        store.get_online_features("return_risk", [{"customer_id": "x", "sku": "boots"}])
    assert str(refused.value).splitlines()[0] == (
        "FC942: `customer_id` is 'x', which is not a bigint at services.yml:6: it is not a whole number. "
        "Fix: give a bigint, the declared type of the join key `customer_id`"
    )


def test_a_run(store: FeatureStore) -> None:
    text: Any = "2024-03-01"
    with pytest.raises(featurec.FeaturecError, match="`end_date` after `start_date`"):
        store.materialize(MARCH, datetime(2024, 2, 1, tzinfo=UTC))
    with pytest.raises(featurec.FeaturecError, match="'2024-03-01' is no datetime"):
        store.materialize_incremental(text)
    assert store.materialize_incremental(datetime.now(UTC), "product_price").exit_code == 0


def test_rows_to_push(store: FeatureStore) -> None:
    with pytest.raises(featurec.FeaturecError) as refused:
        store.push("product_price", [])
    assert [d.claim for d in refused.value.diagnostics] == ["the rows have no columns"]


def test_variables(shop: Path) -> None:
    text: Any = "min_amount"
    with pytest.raises(featurec.FeaturecError, match="give a dict"):
        FeatureStore(shop, vars=text)


def test_a_view_that_is_not_declared_cannot_be_exported(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["online", "get", "--project-dir", str(shop), "--features", "product_prices", "sku=boots"]) == 1
    said = capsys.readouterr().err
    assert "the project declares no such view" in said
    assert "did you mean `product_price`?" in said
