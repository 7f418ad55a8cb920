"""Training sets of the library on both engines: the table in memory is the Parquet file of the command."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from featurec import FeatureStore
from tests.training import Airport, at

ODD = """\
/*---
entities: [carrier]
timestamp: landed_at
features:
  exact: {type: "decimal(20,4)"}
  big: {type: bigint}
  small: {type: smallint}
  narrow: {type: float}
  day: {type: date}
  plain: {type: timestamp}
  flag: {type: boolean}
  many: {type: "bigint[]"}
  word: {type: varchar}
---*/
SELECT
  carrier,
  landed_at,
  CAST(delay AS decimal(20,4)) AS exact,
  CAST(9007199254740993 AS bigint) AS big,
  CAST(7 AS smallint) AS small,
  CAST(delay AS float) AS narrow,
  CAST('2024-02-29' AS date) AS day,
  CAST('2024-02-29 12:00:00' AS timestamp) AS plain,
  delay > 0 AS flag,
  [plane, NULL] AS many,
  origin || '\u00e9' AS word
FROM raw.arrivals
"""


@pytest.fixture(params=Airport.names)
def airport(request: pytest.FixtureRequest, tmp_path: Path) -> Airport:
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    return Airport.build(tmp_path, request.param, url)


@pytest.mark.parametrize("features", [["odd"], ["punctuality", "plane:last_delay"], ["weather"]])
@pytest.mark.parametrize("full", [False, True])
def test_the_table_is_the_file(airport: Airport, features: list[str], full: bool) -> None:
    airport.write("features/odd.sql", ODD)
    spine = airport.parquet(
        "asked.parquet",
        {
            "carrier": ["UA", "AA", "AA", None],
            "plane": pa.array([3, 1, 1, None], pa.int64()),
            "airport": ["JFK", "LAX", "JFK", "none"],
            "event_timestamp": pa.array([at(23), at(8), at(7, 59), at(12)], pa.timestamp("us", "UTC")),
        },
    )
    assert airport.train(spine, ",".join(features), *(["--full-feature-names"] if full else [])) == 0
    expected = pq.read_table(airport.root / "out.parquet")
    with FeatureStore(airport.root) as store:
        found = store.get_historical_features(pq.read_table(spine), features, full_feature_names=full).to_arrow()
    assert found.column_names == expected.column_names
    assert [plain(kind) for kind in found.schema.types] == [plain(kind) for kind in expected.schema.types]
    assert found.to_pylist() == expected.to_pylist()


def plain(kind: pa.DataType) -> str:
    """A type; what the items of a list are called there is not part of it."""
    return f"list of {plain(kind.value_type)}" if pa.types.is_list(kind) else str(kind)
