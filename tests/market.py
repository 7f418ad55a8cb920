"""A small project that is run and exported on either engine, with a real online store."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from featurec.cli.app import main

ENTITIES = """
entities:
  user: {join_keys: [{name: user_id, type: bigint}]}
  place: {join_keys: [{name: country, type: varchar}, {name: zip, type: integer}]}
"""
SPEND = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
ttl: 30d
features:
  amount: {type: "decimal(18,2)", default: 0}
  note: {type: varchar}
---*/
SELECT user_id, ordered_at, paid_at, amount, note
FROM {{ source('raw', 'orders') }}
"""
DOUBLED = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
features:
  doubled: {type: "decimal(18,2)"}
---*/
SELECT user_id, ordered_at, paid_at, CAST(2 * amount AS DECIMAL(18, 2)) AS doubled
FROM {{ ref('spend') }}
"""
PLACES = """/*---
entities: [place]
timestamp: paid_at
features:
  orders: {type: bigint}
---*/
SELECT country, zip, paid_at, count(*) OVER (PARTITION BY country, zip ORDER BY paid_at, order_id) AS orders
FROM {{ source('raw', 'orders') }}
"""
COLUMNS = {
    "order_id": "bigint",
    "user_id": "bigint",
    "country": "varchar",
    "zip": "integer",
    "amount": "decimal(18,2)",
    "note": "varchar",
    "ordered_at": "timestamptz",
    "paid_at": "timestamptz",
}
ORDERS = """
(1, 1, 'de', 10115, 10.50, 'first', '2024-03-01 10:00+00', '2024-03-01 12:00+00'),
(2, 1, 'de', 10115, 20.25, NULL, '2024-03-02 10:00+00', '2024-03-05 12:00+00'),
(3, 2, 'f|r', NULL, 5.00, E'tab\\t, quote " and \\\\', '2024-02-01 10:00+00', '2024-02-01 10:00+00'),
(4, 3, 'fr', 75001, 7.75, 'paid never', '2024-03-01 10:00+00', NULL),
(5, NULL, 'fr', 75001, 1.00, 'nobody', '2024-03-01 10:00+00', '2024-03-01 10:00+00')
"""


@dataclass
class Market:
    """The project in ``root``, on an engine; its commands run in this process."""

    root: Path
    engine: str
    online_url: str

    @classmethod
    def build(cls, root: Path, engine: str, url: str) -> "Market":
        """Tables and files; the online store is in the database of ``url``, and so are the tables of Postgres."""
        market = cls(root, engine, url)
        stores = f"{{type: {engine}{f', url: {json.dumps(url)}' if engine == 'postgres' else ''}}}"
        online = f"{{type: postgres, url: {json.dumps(url)}}}"
        market.write("featurec.yml", f"name: market\ntargets:\n  dev: {{offline: {stores}, online: {online}}}\n")
        market.write("entities.yml", ENTITIES)
        columns = "".join(f'          {name}: "{kind}"\n' for name, kind in COLUMNS.items())
        where = "path: orders.parquet" if engine == "duckdb" else "table: orders"
        market.write(
            "sources.yml",
            f"sources:\n  raw:\n    {'schema: raw' if engine == 'postgres' else 'tags: []'}\n    tables:\n      orders:\n"
            f"        {where}\n        columns:\n{columns}        timestamp: ordered_at\n        available_at: paid_at\n",
        )
        market.write("services.yml", "services:\n  all: {features: [spend, doubled]}\n")
        market.write("features/spend.sql", SPEND)
        market.write("features/doubled.sql", DOUBLED)
        market.write("features/places.sql", PLACES)
        market.load(ORDERS)
        return market

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def load(self, rows: str) -> None:
        """Replace the orders."""
        names = ", ".join(COLUMNS)
        if self.engine == "duckdb":
            types = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
            sql = f"SELECT {types} FROM (VALUES {rows}) AS orders({names})"
            with duckdb.connect() as connection:
                connection.execute(
                    f"SET TimeZone = 'UTC'; COPY ({sql}) TO '{self.root / 'orders.parquet'}' (FORMAT parquet)"
                )
            return
        with psycopg.connect(self.online_url) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS raw.orders ({})".format(", ".join(f"{n} {t}" for n, t in COLUMNS.items()))
            )
            connection.execute("TRUNCATE raw.orders")
            connection.execute(f"INSERT INTO raw.orders VALUES {rows}".encode())

    def featurec(self, *arguments: str) -> int:
        return main([*arguments, "--project-dir", str(self.root)])

    def results(self) -> Any:
        return json.loads((self.root / "target" / "run_results.json").read_text())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query of the offline store returns."""
        if self.engine == "duckdb":
            with duckdb.connect(str(self.root / ".featurec" / "dev.duckdb"), read_only=True) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.online_url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def execute(self, sql: str) -> None:
        """Change the offline store behind featurec's back."""
        if self.engine == "duckdb":
            with duckdb.connect(str(self.root / ".featurec" / "dev.duckdb")) as connection:
                connection.execute(sql)
        else:
            with psycopg.connect(self.online_url) as session:
                session.execute(sql.encode())
