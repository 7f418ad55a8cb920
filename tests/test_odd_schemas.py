"""Schemas with percent signs, quotes and spaces: every statement that names one, and the placeholders beside it."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

import featurec
from featurec.resources import template_root
from featurec.serve.assembly import Offer
from featurec.spec import FeatureRequest
from tests.market import ORDERS, SPEND, Market
from tests.serving import serving

SCHEMA = "a%s 'b' \"c\" %(schema)s 1%"
WINDOWED = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
features: {n: {type: bigint, tests: [not_null]}}
aggregations: [{function: count, windows: [lifetime], name: times}]
---*/
SELECT user_id, ordered_at, paid_at, order_id AS n FROM {{ source('raw', 'orders') }}
"""


@pytest.fixture(params=["duckdb", "postgres"])
def market(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Market:
    found = Market.build(tmp_path, request.param, postgres_database)
    settings = (tmp_path / "featurec.yml").read_text()
    found.write("featurec.yml", settings.replace("type: ", f"schema: {json.dumps(SCHEMA)}, type: "))
    found.write("features/spend.sql", SPEND.replace("ttl: 30d\n", ""))
    found.write("features/windowed.sql", WINDOWED)
    found.load(ORDERS)
    return found


def test_a_schema_may_be_called_anything(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    def price() -> object:
        with featurec.FeatureStore(market.root) as store:
            return store.get_online_features(["spend:amount", "windowed:times_lifetime"], {"user_id": [1]}).to_dict()

    assert market.featurec("run") == 0, capfd.readouterr()
    assert price() == {"user_id": [1], "amount": [Decimal("20.25")], "times_lifetime": [2]}
    market.load(ORDERS + ", (6, 1, 'de', 10115, 3.00, '1', '2024-03-20 00:00+00', '2024-03-20 00:00+00')")
    assert market.featurec("plan") == 0
    assert market.featurec("run") == 0
    assert price() == {"user_id": [1], "amount": [Decimal("3.00")], "times_lifetime": [3]}
    assert market.featurec("test") == 0
    assert market.featurec("state") == 0
    assert market.featurec("why", "spend:amount", "user_id=1") == 0
    assert market.featurec("show", "spend") == 0
    assert market.featurec("online", "get", "--service", "all", "user_id=1") == 0
    market.write("spine.csv", "user_id,event_timestamp\n1,2024-03-10T00:00:00Z\n")
    assert (
        market.featurec("train", str(market.root / "spine.csv"), "--service", "all", "-o", str(market.root / "t.csv"))
        == 0
    )
    assert (market.root / "t.csv").read_text().splitlines()[1].endswith(",20.25,,40.50")
    with featurec.FeatureStore(market.root) as store:
        row = {
            "user_id": 1,
            "ordered_at": datetime.now(UTC),
            "paid_at": datetime.now(UTC),
            "amount": Decimal(9),
            "note": "%s",
        }
        assert store.push("spend", [row]).updated == 1
        assert store.get_online_features(["spend"], {"user_id": [1]}).to_dict()["note"] == ["%s"]
    requests = (FeatureRequest("spend", ("amount", "note")), FeatureRequest("windowed", ("times_lifetime",)))
    offer = Offer(market.online_url, SCHEMA, ["spend", "windowed"], {"all": requests})
    with serving(offer, now=datetime.now(UTC)) as server:
        answer = server.rows("all", [{"user_id": 1}])
        assert answer.status == 200, answer.body
        assert "9.00" in answer.body.decode()
        assert server.columns({"user_id": [1]}, feature_service="all").status == 200
    assert market.featurec("online", "grant", f"odd_{market.engine}") == 0
    assert market.featurec("online", "erase", "user", "user_id=1", "--yes") == 0
    assert price() == {"user_id": [1], "amount": [Decimal(0)], "times_lifetime": [0]}
    assert market.featurec("run", "--full-refresh") == 0
    assert price() == {"user_id": [1], "amount": [Decimal(0)], "times_lifetime": [0]}
    assert market.featurec("clean", "--data", "--yes") == 0
    with psycopg.connect(market.online_url) as session:
        session.execute(f"DROP OWNED BY odd_{market.engine}; DROP ROLE odd_{market.engine}".encode())


def test_what_is_filled_in_beside_a_placeholder_is_none_of_the_drivers() -> None:
    """Every name and value in a template with placeholders is ``doubled``."""
    bare = []
    for file in sorted((template_root() / "sql").rglob("*.sql")):
        text = file.read_text()
        if re.search(r"%\(\w+(\{\{.*?\}\})?\)s", text):
            filled = re.findall(r"\{\{[^{}]*\| (?:ident|literal)[^{}]*\}\}", text)
            bare += [f"{file.name}: {each}" for each in filled if not each.endswith("| doubled }}")]
    assert bare == []
