"""Every type of key and feature, roles and full names: what is logged is read back as it was served, and matches."""

from pathlib import Path
from typing import Any

import pytest

from tests.market import ENTITIES
from tests.replaying import Replaying, at, orders

KEYS = {
    "a_uuid": ("uuid", "7F0D0C52-0000-4000-8000-00000000ABCD"),
    "an_instant": ("timestamptz", "2024-01-01T12:00:00.123456+02:00"),
    "a_time": ("timestamp", "2024-01-01T12:00:00.5"),
    "a_day": ("date", "2024-02-29"),
    "a_number": ("decimal(18,2)", "12.50"),
    "a_flag": ("boolean", True),
    "a_text": ("varchar", "a|b\\c"),
}
FEATURES = {
    **{f"of_{name}": (kind, f"CAST('{value}' AS {kind})") for name, (kind, value) in KEYS.items()},
    "most": ("bigint", "CAST('9223372036854775807' AS bigint)"),
    "part": ("float", "CAST(0.1 AS float)"),
    "number": ("double", "CAST('NaN' AS double)"),
    "clock": ("time", "CAST('12:34:56.789012' AS time)"),
    "nothing": ("date", "CAST(NULL AS date)"),
    "past": ("timestamptz", "CAST('-infinity' AS timestamptz)"),
}
ONLY_DUCKDB = {
    "widest": ("hugeint", "CAST('-17014118346046923173168730371588410572' AS hugeint)"),
    "bytes": ("blob", "CAST('\\x00\\xFF' AS blob)"),
    "many": ("double[]", "CAST([0.1, NULL, 1e308] AS double[])"),
    "nested": ("struct(a bigint, b date[])", "{'a': CAST(1 AS bigint), 'b': [CAST('2024-01-01' AS date)]}"),
}


BOTH = pytest.mark.parametrize("world", ["duckdb", "postgres"], indirect=True)
"""Where engines do different things; the rest is done on DuckDB too in the slow tier."""


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path, postgres_database: str) -> Replaying:
    built = Replaying.build(tmp_path, request.param, postgres_database)
    built.market.load(orders((1, 1, "10.50", "03-01 10:00", "03-01 12:00"), (2, 2, "5", "03-01 10:00", "03-01 12:00")))
    return built


@BOTH
def test_types(world: Replaying) -> None:
    features = FEATURES | (ONLY_DUCKDB if world.market.engine == "duckdb" else {})
    keys = ", ".join(f'{{name: {name}, type: "{kind}"}}' for name, (kind, _) in KEYS.items())
    world.market.write("entities.yml", f"{ENTITIES}  thing: {{join_keys: [{keys}]}}\n")
    declared = "".join(f'  {name}: {{type: "{kind}"}}\n' for name, (kind, _) in features.items())
    columns = [
        *(f"CAST('{value}' AS {kind}) AS {name}" for name, (kind, value) in KEYS.items()),
        *(f"{sql} AS {name}" for name, (_, sql) in features.items()),
    ]
    world.market.write(
        "features/things.sql",
        f"/*---\nentities: [thing]\ntimestamp: ordered_at\nfeatures:\n{declared}---*/\n"
        f"SELECT {', '.join(columns)}, ordered_at FROM {{{{ source('raw', 'orders') }}}} WHERE order_id = 1\n",
    )
    world.market.write("services.yml", "services:\n  things: {features: [things]}\n")
    world.views = ("things",)
    world.run(at("03-04 00:00"))
    entity: dict[str, Any] = {name: value for name, (_, value) in KEYS.items()}
    with world.serving(at("03-04 06:00")) as server:
        answer = server.rows("things", [entity, {**entity, "a_text": "nobody"}])
        assert answer.status == 200, answer.body
        assert answer.json["results"][0]["statuses"] == {"nothing": "NULL_VALUE"}
    result = world.replay()
    told = [(example.key[3], example.served, example.ruled) for example in result.examples]
    assert told == []
    # A time that Python has no day for is in the answer, and in no file.
    assert {str(name): number for name, number in result.total.items()} == {
        "match": 2 * len(features) - 1,
        "not replayed": 1,
    }


def test_roles_and_full_names(world: Replaying) -> None:
    world.market.write(
        "services.yml",
        """services:
  pair:
    features:
      - {view: spend, as: buyer, join_keys: {user_id: buyer_id}, features: [amount]}
      - {view: spend, as: seller, join_keys: {user_id: seller_id}}
      - {view: basket, as: theirs, join_keys: {user_id: seller_id}}
      - {view: bought, as: buyers, join_keys: {user_id: buyer_id}, features: [orders_7d]}
""",
    )
    world.run(at("03-04 00:00"))
    world.tamper(
        "spend", """UPDATE {table} SET payload = jsonb_set(payload, '{amount}', '"6"') WHERE entity_key = '2'"""
    )
    with world.serving(at("03-04 06:00")) as server:
        rows = [{"buyer_id": 1, "seller_id": 2, "price": 12}, {"buyer_id": 2, "seller_id": 1, "price": 12}]
        assert server.rows("pair", rows, full_feature_names=True).status == 200
    result = world.replay()
    assert {str(name): number for name, number in result.total.items()} == {"match": 7, "unexplained": 3}
    asked = {(example.key[2], example.key[3]): dict(example.keys) for example in result.examples}
    assert asked == {
        ("buyer", "amount"): {"user_id": 2},
        ("seller", "amount"): {"user_id": 2},
        ("theirs", "ratio"): {"buyer_id": 1, "seller_id": 2},
    }


def test_features_that_no_service_has(world: Replaying) -> None:
    world.run(at("03-04 00:00"))
    with world.serving(at("03-04 06:00")) as server:
        while server.get("/ready").status != 200:
            pass
        for features in (["spend:note", "bought:orders_7d"], ["spend:amount"]):
            assert server.columns({"user_id": [1, 2]}, features=features).status == 200
    result = world.replay()
    assert {str(name): number for name, number in result.total.items()} == {"match": 6}
    assert {key[0] for key in result.counts} == {"(features)"}
    assert len({path.parent for path in world.folder.rglob("*.parquet")}) == 2
