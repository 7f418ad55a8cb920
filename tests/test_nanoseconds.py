"""Times of pandas, which are nanoseconds, in Parquet files: views over them run, also in part, are trained on and exported."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import featurec
from featurec.cli.app import main

FILES = {
    "entities.yml": "entities: {user: {join_keys: {user_id: bigint}}}\n",
    "sources.yml": """
sources:
  shop:
    timezone: Europe/Berlin
    tables:
      orders:
        path: data/orders.parquet
        timestamp: at
        available_at: known_at
        tests: [{range: {min: 2020-01-01T00:00:00Z}, column: at}]
        freshness: {error_after: 36500d}
        columns:
          user_id: bigint
          amount: double
          at: timestamptz
          known_at: timestamptz
          wall: timestamp
          steps: timestamptz[]
          of nothing: timestamptz
""",
    "features/spend.sql": """/*---
entities: [user]
timestamp: at
available_at: known_at
features:
  amount: {type: double}
  counted: {type: bigint}
  waited: {type: bigint}
  hour: {type: timestamptz}
  last_at: {type: timestamptz}
  steps: {type: "timestamptz[]"}
aggregations:
  - {function: count, windows: [2d], name: orders}
---*/
SELECT user_id, at, known_at, amount, epoch_us(at) AS counted, date_part('epoch', known_at - at)::bigint AS waited,
  date_trunc('hour', at) AS hour, at AS last_at, steps
FROM {{ source('shop', 'orders') }}
""",
    "features/local.sql": """/*---
entities: [user]
timestamp: wall
available_at: known_at
features: {amount: double}
---*/
SELECT user_id, wall, known_at, amount FROM shop.orders
""",
    "features/starred.sql": """/*---
entities: [user]
timestamp: at
available_at: known_at
features: {gap: bigint}
---*/
WITH orders AS (SELECT * EXCLUDE (wall) FROM shop.orders)
SELECT user_id, at, known_at, date_diff('microsecond', lag(at) OVER (PARTITION BY user_id ORDER BY known_at), at) AS gap
FROM orders
""",
}
AT = ["2024-01-01T10:00:00.123456999Z", "2024-01-02T10:00:00.000000001Z", "2024-01-02T12:00:00.000000000Z"]


def write(root: Path, *more: str) -> None:
    times = pd.Series(pd.to_datetime([*AT, *more], format="ISO8601"))
    frame = pd.DataFrame(
        {
            "user_id": [1, 1, 2] + [1] * len(more),
            "amount": [1.0, 2.0, 3.0] + [9.0] * len(more),
            "at": times.astype("datetime64[ns, UTC]"),
            "known_at": (times + pd.Timedelta(seconds=5)).astype("datetime64[ns, UTC]"),
            "wall": times.dt.tz_convert("Europe/Berlin").dt.tz_localize(None).astype("datetime64[ns]"),
            "steps": [[time, time] for time in times],
        }
    )
    assert str(frame.dtypes["at"]) == "datetime64[ns, UTC]"
    table = pa.Table.from_pandas(frame.drop(columns="steps"), preserve_index=False)
    steps = pa.array(frame["steps"], pa.list_(pa.timestamp("ns", "UTC")))
    pq.write_table(table.append_column("steps", steps), root / "data/orders.parquet")


@pytest.fixture
def root(tmp_path: Path, postgres_database: str) -> Path:
    stores = f"{{offline: {{type: duckdb, path: t.duckdb}}, online: {{type: postgres, url: '{postgres_database}'}}}}"
    sources = FILES["sources.yml"].replace("          of nothing: timestamptz\n", "")
    for path, text in {
        **FILES,
        "sources.yml": sources,
        "featurec.yml": f"name: odd\ntargets: {{t: {stores}}}\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "data").mkdir()
    write(tmp_path)
    return tmp_path


def spelled(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_views_over_files_of_pandas(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = ["--project-dir", str(root)]
    code = main(["run", *project])
    assert code == 0, capfd.readouterr().out
    assert main(["test", *project]) == 0, capfd.readouterr()
    with featurec.FeatureStore(root) as store:
        asked = ["spend", "local:amount", "starred:gap"]
        spine = {"user_id": [1, 1, 2], "event_timestamp": [spelled("2024-01-02T10:00:04"), spelled("2024-01-02T10:00:05"), spelled("2024-01-03T00:00")]}  # fmt: skip
        rows = store.get_historical_features(spine, asked, full_feature_names=True).to_arrow().to_pylist()
        first = spelled("2024-01-01T10:00:00.123457")
        assert [row["spend__amount"] for row in rows] == [1.0, 2.0, 3.0]
        assert [row["local__amount"] for row in rows] == [1.0, 2.0, 3.0]
        assert [row["spend__orders_2d"] for row in rows] == [1, 2, 1]
        assert [row["starred__gap"] for row in rows] == [None, 86_399_876_543, None]
        assert rows[0]["spend__last_at"] == first
        assert rows[0]["spend__steps"] == [first, first]
        assert rows[0]["spend__counted"] == 1_704_103_200_123_457
        assert [row["spend__waited"] for row in rows] == [5, 5, 5]
        online = store.get_online_features(asked[:1], {"user_id": [1]}).to_dict()
        assert online["last_at"] == [spelled("2024-01-02T10:00:00")]
        assert online["steps"] == [[spelled("2024-01-02T10:00:00")] * 2]
    write(root, "2024-01-05T00:00:00.000000600Z")
    capfd.readouterr()
    assert main(["run", *project]) == 0
    assert "1 row" in capfd.readouterr().out
    with featurec.FeatureStore(root) as store:
        online = store.get_online_features(["spend", "starred"], {"user_id": [1]}).to_dict()
        assert (online["amount"], online["last_at"]) == ([9.0], [spelled("2024-01-05T00:00:00.000001")])
        assert online["gap"] == [223_200_000_001]
    assert main(["why", "spend:amount", "user_id=1", *project]) == 0
    assert main(["verify", *project]) in (0, 2)


def test_a_column_that_is_declared_and_not_there_is_missed_by_who_reads_it(root: Path) -> None:
    (root / "sources.yml").write_text(FILES["sources.yml"])
    project = ["--project-dir", str(root)]
    assert main(["run", "--select", "spend", *project]) == 0
    assert main(["run", "--select", "starred", *project]) == 1
    results = json.loads((root / "target/run_results.json").read_text())
    assert "of nothing" in json.dumps(results)
