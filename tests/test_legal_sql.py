"""SQL of six dialects that must pass, whatever it sees of the future, and mean the same once it is qualified."""

import re
from pathlib import Path

import duckdb
import pytest

from featurec.analysis.model import AnalyzedView
from featurec.diagnostic import Diagnostic
from tests.findings import without_time
from tests.shop import analyzed, view

LEGAL = Path(__file__).parent / "legal_sql"
EVENTS = """
sources:
  raw:
    tables:
      events:
        columns:
          user_id: bigint
          ts: timestamp
          amount: double
          qty: integer
          kind: varchar
          tags: varchar[]
          items: "struct(sku varchar, price double)[]"
          payload: json
          day: date
          at: timestamptz
          info: struct(a integer, b varchar)
        timestamp: ts
      users: {columns: {user_id: bigint, country: varchar, signup: timestamp, valid_to: timestamp}, timestamp: signup}
      prices: {columns: {kind: varchar, price: double, published: timestamp}, timestamp: published}
"""


def legal() -> list[tuple[str, str, str]]:
    """Dialect, title and SQL of every statement in ``legal_sql/``."""
    found = []
    for file in sorted(LEGAL.glob("*.sql")):
        for statement in re.split(r";\n", file.read_text()):
            title, _, sql = statement.strip().partition("\n")
            if sql:
                found.append((file.stem, title.removeprefix("-- "), sql))
    return found


def legal_view(dialect: str, sql: str) -> tuple[AnalyzedView | None, list[Diagnostic]]:
    text = view(sql, timestamp="event_ts", header=f"dialect: {dialect}")
    result, findings = analyzed({"sources.yml": EVENTS, "features/v.sql": text})
    return result.views.get("v"), findings


@pytest.mark.parametrize(("dialect", "title", "sql"), legal(), ids=lambda value: value[:40])
def test_legal_sql_passes(dialect: str, title: str, sql: str) -> None:
    found, findings = legal_view(dialect, sql)
    assert without_time(findings) == []
    assert found is not None


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    """DuckDB with the stand-in tables of ``EVENTS``, some rows in each."""
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    con.execute('CREATE SCHEMA "__fc"')
    con.execute(
        """CREATE TABLE "__fc"."source.raw.events" AS SELECT i % 3 AS user_id,
        TIMESTAMP '2024-01-01' + to_hours(i * 7) AS ts, i * 1.5::double AS amount, i::integer AS qty,
        ['a', 'b', '2024'][i % 3 + 1] AS kind, ['a', 'b'] AS tags, [{'sku': 's', 'price': 1.0::double}] AS items,
        '{"a": 1, "b": 2}'::json AS payload, DATE '2024-01-01' + i::integer AS day, TIMESTAMPTZ '2024-01-01' AS at,
        {'a': 1, 'b': 'x'} AS info FROM range(9) t(i)"""
    )
    con.execute(
        """CREATE TABLE "__fc"."source.raw.users" AS SELECT i AS user_id, ['a', 'b', '2024'][i % 3 + 1] AS country,
        TIMESTAMP '2023-01-01' AS signup, TIMESTAMP '2025-01-01' AS valid_to FROM range(3) t(i)"""
    )
    con.execute(
        """CREATE TABLE "__fc"."source.raw.prices" AS SELECT ['a', 'b', '2024'][i % 3 + 1] AS kind, i::double AS price,
        TIMESTAMP '2024-01-01' + to_hours(i * 9) AS published FROM range(5) t(i)"""
    )
    return con


# The clock and chance differ from run to run; a lambda over names is evaluated by the engine alone, and the year of
# a word is no year.
NOT_COMPARED = {"clocks and constants", "sample", "tablesample", "columns lambda", "time of many functions"}


@pytest.mark.parametrize(
    ("title", "sql"), [(t, s) for d, t, s in legal() if d == "duckdb" and t not in NOT_COMPARED], ids=lambda v: v[:40]
)
def test_the_qualified_query_means_the_same(warehouse: duckdb.DuckDBPyConnection, title: str, sql: str) -> None:
    """Same columns, same rows, and types as inferred: DuckDB is asked."""
    found, _ = legal_view("duckdb", sql)
    assert found is not None

    def answer(query: str) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
        described = warehouse.execute(f"DESCRIBE {query}").fetchall()
        summary = warehouse.execute(f"SELECT count(*), bit_xor(hash(q::varchar)) FROM ({query}) AS q").fetchall()
        return [(row[0], row[1].lower()) for row in described], summary

    columns, rows = answer(found.resolved_sql)
    assert answer(found.qualified_sql) == (columns, rows)
    assert [name for name, _ in columns] == [column.name for column in found.columns]
    spelling = {"timestamp with time zone": "timestamptz", "real": "float"}
    for name, actual in columns:
        inferred = found.inferred[name]
        plain = re.sub(r"\s", "", spelling.get(actual, actual))
        assert inferred is None or re.sub(r"\s", "", inferred) == plain, name
