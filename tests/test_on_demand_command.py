"""`featurec online get` of on-demand views: what is stored, and what the request brings."""

import json
from pathlib import Path

import pytest

from tests.market import Market

CART = """/*---
entities: [user]
inputs: {price: "decimal(9,2)", at: timestamptz}
features:
  over: {type: "decimal(18,2)"}
  day: {type: date}
---*/
SELECT {{ input('price') }} - {{ feature('spend:amount') }} AS over,
       CAST({{ input('at') }} AS date) AS day
"""
Said = pytest.CaptureFixture[str]


@pytest.fixture(params=["duckdb", "postgres"])
def market(request: pytest.FixtureRequest, postgres_database: str, tmp_path: Path, capfd: Said) -> Market:
    found = Market.build(tmp_path, request.param, postgres_database)
    found.write("features/cart.sql", CART)
    found.write("services.yml", "services:\n  checkout: {features: [spend:note, cart]}\n")
    assert found.featurec("run") == 0
    capfd.readouterr()
    return found


def test_a_request_brings_its_inputs(market: Market, capfd: Said) -> None:
    words = ["user_id=1,price=12.505,at=2024-03-02T23:30:00-05:00", "user_id=9,price=1,at=2024-03-01"]
    at = ["--at", "2024-03-02"]
    assert market.featurec("online", "get", "--service", "checkout", *words, *at) == 0
    one, other = json.loads(capfd.readouterr().out)
    assert one["entity"]["price"] == "12.505"
    assert list(one["features"]) == ["note", "over", "day"]
    assert one["features"]["over"] == {"value": "-7.74", "status": "PRESENT", "event_timestamp": None, "as_of": None}
    assert one["features"]["day"]["value"] == "2024-03-03"
    assert other["features"]["over"]["value"] == "1.00"
    assert other["features"]["note"]["status"] == "NOT_FOUND"
    assert market.featurec("online", "get", "--features", "cart:day", "--full-feature-names", words[1]) == 0
    assert list(json.loads(capfd.readouterr().out)[0]["features"]) == ["cart__day"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["user_id=1,price=1"], "FC941", "an entity row has no `at`"),
        (["price=1,at=2024-03-01"], "FC941", "an entity row has no `user_id`"),
        (["user_id=1,price=dear,at=2024-03-01"], "FC942", "`price` is 'dear', which is not a decimal(9,2)"),
        (
            ["user_id=1,price=12345678901,at=2024-03-01"],
            "FC942",
            "`price` is '12345678901', which is not a decimal(9,2)",
        ),
    ],
)
def test_mistakes_are_told(market: Market, capfd: Said, words: list[str], code: str, said: str) -> None:
    assert market.featurec("online", "get", "--service", "checkout", *words) == 1
    told = "".join(capfd.readouterr())
    assert code in told
    assert said in told
    assert "Traceback" not in told


def test_an_instant_that_utc_does_not_have_is_no_time(market: Market, capfd: Said) -> None:
    asked = ["--at", "0001-01-01T00:00:00+14:00"]
    assert market.featurec("online", "get", "--service", "checkout", "user_id=1,price=1,at=2024-03-01", *asked) == 2
    assert "FC952" in "".join(capfd.readouterr())
