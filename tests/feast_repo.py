"""Feast repositories for tests: definitions as people write them, and their data."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

NOW = datetime.now(UTC).replace(microsecond=0)

SETTINGS = """project: rides
provider: local
registry: data/registry.db
online_store: {type: sqlite, path: data/online.db}
entity_key_serialization_version: 3
"""

ENTITIES = '''"""Who features are about."""

from feast import Entity, ValueType

driver = Entity(name="driver", join_keys=["driver_id"], description="Who drives.", tags={"team": "rides"})
rider = Entity(name="rider", join_keys=["rider_code"], value_type=ValueType.STRING, owner="riders@example.com")
city = Entity(name="city")
'''

VIEWS = """import os
from datetime import timedelta

from feast import FeatureService, FeatureView, Field, FileSource, PushSource
from feast.types import Array, Bool, Float32, Float64, Int32, Int64, String, UnixTimestamp

from entities import city, driver, rider

HERE = os.path.dirname(__file__)
DAY = timedelta(days=1)
STATS = [Field(name="trips", dtype=Int64, description="Trips of the day"), Field(name="rate", dtype=Float32)]

driver_source = FileSource(
    name="driver_stats",
    path="data/driver_stats.parquet",
    timestamp_field="event_timestamp",
    created_timestamp_column="created",
)

driver_stats = FeatureView(
    name="driver_stats",
    entities=[driver],
    ttl=2 * DAY,
    schema=STATS
    + [
        Field(name="active", dtype=Bool),
        Field(name="name", dtype=String),
        Field(name="scores", dtype=Array(Float64)),
        Field(name="last_seen", dtype=UnixTimestamp),
    ],
    source=PushSource(name="driver_push", batch_source=driver_source),
    online=True,
    tags={"team": "rides"},
    description="What a driver has done.",
    owner="rides@example.com",
)

rider_city = FeatureView(
    name="rider_city",
    entities=[rider, city],
    ttl=timedelta(0),
    schema=[Field(name="rides_here", dtype=Int32), Field(name="city", dtype=String)],
    source=FileSource(path=f"{HERE}/data/rider_city.parquet", timestamp_field="at", field_mapping={"n": "rides_here"}),
)

riders = FeatureView(
    name="riders",
    entities=[rider],
    schema=[Field(name="since", dtype=Int64), Field(name="rider_code", dtype=String)],
    source=FileSource(path=os.path.join(HERE, "data", "riders.parquet"), timestamp_field="at"),
    online=True,
)

match_v1 = FeatureService(
    name="match_v1",
    features=[
        driver_stats[["trips", "rate"]],
        riders,
        driver_stats[["trips"]].with_name("rival").with_join_key_map({"driver_id": "rival_id"}),
    ],
    description="Who should drive whom.",
)
"""


def driver_rows() -> pa.Table:
    """Two rows of one driver, a NULL, a correction of equal time, and one that is too old to count."""
    at = [NOW - timedelta(hours=hours) for hours in (30, 3, 3, 5, 24 * 30)]
    zoned = pa.timestamp("us", "UTC")
    return pa.table(
        {
            "driver_id": pa.array([1, 1, 1, 2, 3], pa.int64()),
            "trips": pa.array([5, 7, 8, None, 1], pa.int64()),
            "rate": pa.array([0.5, 0.25, 0.125, 0.1, 1.0], pa.float32()),
            "active": [True, False, True, None, True],
            "name": ["Ada", "Ada", "Ada L.", "Bob", "Cy"],
            "scores": pa.array([[1.0], [1.5, 2.5], [2.0, 3.0], [4.0], None], pa.list_(pa.float64())),
            "last_seen": pa.array(at, zoned),
            "event_timestamp": pa.array(at, zoned),
            "created": pa.array([moment + timedelta(minutes=n) for n, moment in enumerate(at)], zoned),
        }
    )


def write(root: Path) -> Path:
    """A repository with three views, services and data."""
    for name, text in {"feature_store.yaml": SETTINGS, "entities.py": ENTITIES, "views.py": VIEWS}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "data").mkdir()
    pq.write_table(driver_rows(), root / "data" / "driver_stats.parquet")
    zoned = pa.timestamp("us", "UTC")
    at = [NOW - timedelta(days=days) for days in (3, 2, 1)]
    pq.write_table(
        pa.table({"rider_code": ["r1", "r1", "r2"], "city": ["Bonn", "Ulm", "Bonn"], "n": pa.array([1, 2, 3], pa.int32()),
                  "at": pa.array(at, zoned)}),
        root / "data" / "rider_city.parquet",
    )  # fmt: skip
    pq.write_table(
        pa.table(
            {"rider_code": ["r1", "r2"], "since": pa.array([2019, 2021], pa.int64()), "at": pa.array(at[:2], zoned)}
        ),
        root / "data" / "riders.parquet",
    )
    return root
