"""Structs whose fields need quotes: as features, inputs and rows of a unit test, in training, online, and pushed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import featurec
from featurec.cli.app import main

FILES = {
    "entities.yml": "entities: {user: {join_keys: {user_id: bigint}}}\n",
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        path: data/orders.csv
        timestamp: at
        columns: {user_id: bigint, at: timestamptz, amount: double}
""",
    "data/orders.csv": "user_id,at,amount\n1,2024-01-01T00:00:00Z,2.5\n",
    "features/odd.sql": """/*---
entities: [user]
timestamp: at
features: {place: 'struct("b c" varchar, "select" bigint, "it''s ""so"" x" double[])'}
---*/
SELECT user_id, at, {'b c': 'x', 'select': 7, 'it''s "so" x': [amount, NULL]} AS place FROM shop.orders
""",
    "features/asked.sql": """/*---
entities: [user]
inputs: {given: 'struct("b c" varchar, plain bigint)'}
features: {both: varchar, more: bigint, back: 'struct("b c" varchar, plain bigint)'}
---*/
SELECT {{ input('given') }}."b c" || ({{ feature('odd:place') }})."b c" AS both,
       ({{ input('given') }}).plain + {{ feature('odd:place') }}."select" AS more,
       {{ input('given') }} AS back
""",
    "tests/odd.yml": """unit_tests:
  - name: fields
    view: asked
    at: 2024-01-02
    given:
      odd: [{user_id: 1, at: 2024-01-01, place: {b c: y, select: 8, 'it''s "so" x': [1]}}]
      request: [{user_id: 1, given: {b c: a, plain: 1}}]
    expect:
      - {both: ay, more: 9, back: {b c: a, plain: 1}}
""",
}
EXPECTED = {"place": {"b c": "x", "select": 7, 'it\'s "so" x': [2.5, None]}, "both": "ax", "more": 10, "back": {"b c": "a", "plain": 3}}  # fmt: skip


def test_fields_keep_their_names_everywhere(
    tmp_path: Path, postgres_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stores = f"{{offline: {{type: duckdb, path: t.duckdb}}, online: {{type: postgres, url: '{postgres_database}'}}}}"
    for path, text in {**FILES, "featurec.yml": f"name: odd\ntargets: {{t: {stores}}}\n"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = ["--project-dir", str(tmp_path)]
    assert main(["test", "--no-data", *project]) == 0
    assert main(["run", *project]) == 0
    asked = ["odd:place", "asked"]
    row = {"user_id": 1, "given": {"b c": "a", "plain": 3}}
    with featurec.FeatureStore(tmp_path) as store:
        answer = store.get_online_features(asked, [row]).to_dict()
        assert {name: answer[name][0] for name in EXPECTED} == EXPECTED
        spine = {"user_id": [1], "event_timestamp": [datetime(2024, 1, 2, tzinfo=UTC)], "given": [row["given"]]}
        (trained,) = store.get_historical_features(spine, asked).to_arrow().to_pylist()
        assert {name: trained[name] for name in EXPECTED} == EXPECTED
        later = {"user_id": 1, "at": datetime(2024, 2, 1, tzinfo=UTC), "place": EXPECTED["place"]}
        assert store.push("odd", [later]).updated == 1
    capfd.readouterr()
    assert main(["online", "get", "--features", "odd:place", "user_id=1", *project]) == 0
    (shown,) = json.loads(capfd.readouterr().out)
    assert shown["features"]["place"]["value"] == EXPECTED["place"]
