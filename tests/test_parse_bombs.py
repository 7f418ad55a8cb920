"""SQL made to end the process or to keep it busy: refused before the parser runs.

All bombs run in one other process, so that a crash of the compiled parser fails a test instead of ending the run.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest

from featurec.diagnostic import Diagnostic
from featurec.parse import parse_select
from tests.test_parse import parsed, rendered

N = 20_000
BOMBS: Mapping[str, str] = {
    "brackets": "SELECT " + "(" * N + "1" + ")" * N,
    "subqueries": "SELECT * FROM " + "(SELECT * FROM " * N + "t" + ")" * N,
    "brackets in FROM": "FROM " + "(" * N + "t" + ")" * N,
    "FROM FROM": "SELECT * " + "FROM " * N + "t",
    "calls": "SELECT " + "f(" * N + "1" + ")" * N,
    "CASE": "SELECT " + "CASE WHEN a THEN 1 ELSE " * N + "1" + " END" * N,
    "NOT": "SELECT " + "NOT " * N + "true",
    "signs": "SELECT " + "- " * N + "1",
    "lists": "SELECT " + "[" * N + "1" + "]" * N,
    "nested types": "SELECT CAST(a AS " + "STRUCT(a " * N + "INT" + ")" * N + ")",
    "types in angle brackets": "SELECT CAST(a AS " + "ARRAY<" * N + "INT" + ">" * N + ")",
    "WITH in WITH": "WITH a AS (" * N + "SELECT 1" + ") SELECT 1" * N,
    "joins in joins": "SELECT * FROM a" + " JOIN b" * N + " ON true" * N,
    "LATERAL": "SELECT * FROM a" + ", LATERAL (SELECT * FROM a" * N + ")" * N,
    "joins without a condition": "SELECT * FROM a" + " JOIN b" * 40,
    "ARRAY in ARRAY": "SELECT " + "ARRAY[" * 40 + "1" + "]" * 40,
    "DATE in DATE": "SELECT " + "DATE(" * 40 + "a" + ")" * 40,
    "ROW in ROW": "SELECT " + "ROW(" * 40 + "1" + ")" * 40,
    "indexes": "SELECT a" + "[1]" * N,
    "pipes": "FROM a" + " |> SELECT 1" * N,
    "sums": "SELECT 1" + " + 1" * N,
    "AND": "SELECT 1 WHERE a" + " AND a" * N,
    "AND and OR": "SELECT 1 WHERE a" + " AND a OR a" * N,
    "UNION": "SELECT 1" + " UNION ALL SELECT 1" * N,
    "a long list": "SELECT a IN (" + "1, " * 100_000 + "1)",
}
RUN = """
import json, sys
from tests.test_parse_bombs import codes
print(json.dumps(codes()))
"""


def codes() -> dict[str, list[str]]:
    """What each bomb is answered with; the short ones in every dialect."""
    every = ("duckdb", "postgres", "spark", "clickhouse", "snowflake", "bigquery")
    return {
        name: sorted(
            {f.code for dialect in every if len(sql) < N or dialect == "duckdb" for f in refusals(sql, dialect)}
        )
        for name, sql in BOMBS.items()
    }


def refusals(sql: str, dialect: str) -> list[Diagnostic]:
    return parse_select(rendered(sql), dialect)[1]


@cache
def answers() -> dict[str, list[str]]:
    ran = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, timeout=120, check=True)
    found: dict[str, list[str]] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    assert "FC173" in answers()[name]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 50 + "1" + ")" * 50 + " AS a",
        "SELECT * FROM " + "(SELECT * FROM " * 30 + "t" + ")" * 30,
        "SELECT " + "CASE WHEN a THEN 1 ELSE " * 30 + "1" + " END" * 30 + " AS b FROM t",
        "SELECT * FROM t" + "".join(f" LEFT JOIN u{i} ON u{i}.a = t.a" for i in range(100)),
        "SELECT * FROM t" + "".join(f" CROSS JOIN u{i}" for i in range(100)),
        "SELECT " + " + ".join(f"a{i}" for i in range(200)) + " AS b FROM t",
        "SELECT a IN (" + ", ".join(str(i) for i in range(5000)) + ") AS b FROM t",
        " UNION ALL ".join(f"SELECT a FROM t{i}" for i in range(300)),
        "SELECT " + ", ".join(f"a{i} AS b{i}" for i in range(2000)) + " FROM t",
    ],
    ids=["brackets", "subqueries", "CASE", "joins", "cross joins", "sums", "lists", "unions", "columns"],
)
def test_large_sql_that_people_write_is_accepted(sql: str) -> None:
    assert parsed(sql)
