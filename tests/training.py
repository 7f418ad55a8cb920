"""A small airport on either engine, and `featurec train` upon it: tables in the warehouse, the command line in this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa
import pyarrow.parquet

from featurec.cli.app import main
from tests.warehouse import DuckDBWarehouse, PostgresWarehouse, Row

FILES = {
    "entities.yml": """
entities:
  carrier: {join_keys: [{name: carrier, type: varchar}]}
  airport: {join_keys: [{name: airport, type: varchar}]}
  route: {join_keys: [{name: origin, type: varchar}, {name: dest, type: varchar}]}
  plane: {join_keys: [{name: plane, type: bigint}]}
""",
    "sources.yml": """
sources:
  raw:
    schema: raw
    tables:
      arrivals:
        columns: {carrier: varchar, origin: varchar, dest: varchar, plane: bigint, delay: double, landed_at: timestamptz}
        timestamp: landed_at
      weather:
        columns: {airport: varchar, wind: double, at: timestamptz}
        timestamp: at
      departures:
        columns: {flight: bigint, carrier: varchar, leaves_at: timestamptz, late: boolean}
        timestamp: leaves_at
""",
    "services.yml": """
services:
  roles:
    features:
      - {view: weather, as: origin_weather, join_keys: {airport: origin}}
      - {view: weather, as: dest_weather, join_keys: {airport: dest}}
""",
    "features/punctuality.sql": """\
/*---
entities: [carrier]
timestamp: landed_at
features:
  delay: {type: double}
---*/
SELECT carrier, landed_at, delay, origin FROM raw.arrivals
""",
    "features/route.sql": """\
/*---
entities: [route]
timestamp: landed_at
features:
  delay: {type: double}
---*/
SELECT origin, dest, landed_at, delay FROM raw.arrivals
""",
    "features/plane.sql": """\
/*---
entities: [plane]
timestamp: landed_at
ttl: 1h
features:
  last_delay: {type: double}
---*/
SELECT plane, landed_at, delay AS last_delay FROM raw.arrivals
""",
    "features/weather.sql": """\
/*---
entities: [airport]
timestamp: at
features:
  wind: {type: double}
---*/
SELECT airport, at, wind FROM raw.weather
""",
    "spines/leaving.sql": """\
/*---
entities: [carrier]
timestamp: leaves_at
labels: [late]
---*/
SELECT flight, carrier, leaves_at, late FROM raw.departures ORDER BY flight DESC
""",
    "spines/leaving_strictly.sql": """\
/*---
entities: [carrier]
timestamp: leaves_at
labels: [late]
strict: true
---*/
SELECT flight, carrier, leaves_at, late FROM raw.departures ORDER BY flight DESC
""",
}


def at(hour: int, minute: int = 0) -> datetime:
    """A time of the one day on which everything here happens."""
    return datetime(2024, 3, 1, hour, minute, tzinfo=UTC)


TABLES: dict[str, tuple[dict[str, str], list[Row]]] = {
    "arrivals": (
        {
            "carrier": "varchar",
            "origin": "varchar",
            "dest": "varchar",
            "plane": "bigint",
            "delay": "double",
            "landed_at": "timestamptz",
        },
        [
            {"carrier": "AA", "origin": "JFK", "dest": "BOS", "plane": 1, "delay": 5.0, "landed_at": at(8)},
            {"carrier": "AA", "origin": "JFK", "dest": "LAX", "plane": 2, "delay": None, "landed_at": at(10)},
            {"carrier": "UA", "origin": "LAX", "dest": "JFK", "plane": 3, "delay": -2.5, "landed_at": at(9)},
            {"carrier": None, "origin": "JFK", "dest": "BOS", "plane": None, "delay": 99.0, "landed_at": at(7)},
            {"carrier": "AA", "origin": "JFK", "dest": "BOS", "plane": 1, "delay": 77.0, "landed_at": None},
        ],
    ),
    "weather": (
        {"airport": "varchar", "wind": "double", "at": "timestamptz"},
        [
            {"airport": "JFK", "wind": 10.0, "at": at(6)},
            {"airport": "JFK", "wind": 20.0, "at": at(9)},
            {"airport": "LAX", "wind": 1.0, "at": at(9)},
        ],
    ),
    "departures": (
        {"flight": "bigint", "carrier": "varchar", "leaves_at": "timestamptz", "late": "boolean"},
        [
            {"flight": 1, "carrier": "AA", "leaves_at": at(8), "late": False},
            {"flight": 2, "carrier": "UA", "leaves_at": at(12), "late": True},
            {"flight": 3, "carrier": "ZZ", "leaves_at": at(12), "late": None},
        ],
    ),
}


@dataclass(frozen=True)
class Airport:
    """A project in a folder of its own, whose target ``t`` is on one engine."""

    names: ClassVar[Sequence[str]] = ("duckdb", "postgres")

    root: Path
    engine: str
    url: str

    @classmethod
    def build(cls, root: Path, engine: str, url: str) -> "Airport":
        """Write the project and load its tables. ``url``: a Postgres database, for that engine."""
        built = cls(root, engine, url)
        offline = "{type: duckdb, path: t.duckdb}" if engine == "duckdb" else f"{{type: postgres, url: '{url}'}}"
        built.write("featurec.yml", f"name: airport\ndefault_target: t\ntargets:\n  t: {{offline: {offline}}}\n")
        for name, text in FILES.items():
            built.write(name, text)
        with built.warehouse() as warehouse:
            for schema in ("raw", "features", "featurec"):
                warehouse.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            for table, (columns, rows) in TABLES.items():
                warehouse.create("raw", table, columns, rows)
        return built

    def warehouse(self) -> Any:
        """A plain connection to the target's database."""
        return DuckDBFile(self.root / "t.duckdb") if self.engine == "duckdb" else PostgresWarehouse(self.url)

    def write(self, name: str, text: str) -> Path:
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def parquet(self, name: str, columns: dict[str, Any]) -> Path:
        """A Parquet file of column -> values, or a pyarrow array."""
        place = self.root / name
        pyarrow.parquet.write_table(pa.table(columns), place)
        return place

    def train(self, spine: object, features: str, *options: str, out: str = "out.parquet") -> int:
        """Exit code of `featurec train` of this project."""
        words = ["train", str(spine), "-o", str(self.root / out), "--project-dir", str(self.root), *options]
        return main([*words, *(["--features", features] if features else [])])

    def answer(self, name: str = "out.parquet") -> pa.Table:
        return pyarrow.parquet.read_table(self.root / name)


class DuckDBFile(DuckDBWarehouse):
    """A DuckDB database file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> "DuckDBFile":
        self.connection = duckdb.connect(str(self.path))
        self.execute("SET TimeZone = 'UTC'")
        return self
