"""Plain connections to both engines: tables of Python rows in, rows of Python values out. No featurec inside."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

import duckdb
import psycopg
import pyarrow as pa

Row = Mapping[str, Any]


def quoted(*parts: str) -> str:
    """A quoted identifier, or the dotted path of several."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


class Warehouse(Protocol):
    """One engine. ``name`` is that of its dialect; types are spelled as DuckDB spells them."""

    name: ClassVar[str]

    def create(self, schema: str, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None: ...

    def execute(self, sql: str) -> None: ...

    def query(self, sql: str) -> list[dict[str, Any]]: ...

    def scratch(self) -> Any:
        """A context after which nothing that happened in it is left."""


class DuckDBWarehouse:
    """DuckDB in memory, in UTC."""

    name: ClassVar[str] = "duckdb"
    arrow: ClassVar[dict[str, pa.DataType]] = {
        "bigint": pa.int64(),
        "integer": pa.int32(),
        "smallint": pa.int16(),
        "double": pa.float64(),
        "float": pa.float32(),
        "varchar": pa.string(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", "UTC"),
        "decimal(18,2)": pa.decimal128(18, 2),
    }

    def __enter__(self) -> Self:
        self.connection = duckdb.connect()
        self.execute("SET TimeZone = 'UTC'")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def create(self, schema: str, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        given = pa.table({n: pa.array([row[n] for row in rows], self.arrow[t]) for n, t in columns.items()})
        self.connection.register("given", given)
        self.execute(f"CREATE TABLE {quoted(schema, table)} AS SELECT * FROM given")
        self.connection.unregister("given")

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def query(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.connection.sql(sql).to_arrow_table().to_pylist()
        return found

    @contextmanager
    def scratch(self) -> Iterator[None]:
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("ROLLBACK")


class PostgresWarehouse:
    """One session of a PostgreSQL database, in UTC."""

    name: ClassVar[str] = "postgres"
    types: ClassVar[dict[str, str]] = {"double": "double precision", "float": "real", "varchar": "text"}

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> Self:
        self.connection = psycopg.connect(self.url, autocommit=True, options="-c TimeZone=UTC")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def create(self, schema: str, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        spelled = ", ".join(f"{quoted(name)} {self.types.get(kind, kind)}" for name, kind in columns.items())
        self.execute(f"CREATE TABLE {quoted(schema, table)} ({spelled})")
        with self.connection.cursor().copy(f"COPY {quoted(schema, table)} FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])

    def execute(self, sql: str) -> None:
        self.connection.execute(sql.encode())

    def query(self, sql: str) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(sql.encode()).fetchall()

    @contextmanager
    def scratch(self) -> Iterator[None]:
        with self.connection.transaction(force_rollback=True):
            yield
