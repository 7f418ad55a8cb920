"""A view that reads a windowed view sees each of its rows with its windows at the row's own time, built or not."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from featurec.compiler import BuiltTable, Physical, build_query, compile_project
from featurec.dialects.dialect import get
from tests import oracle
from tests.generated_project import comparable, sql_of
from tests.oracle import Aggregation, Row, View
from tests.warehouse import Warehouse, quoted

DAY = timedelta(days=1)
START = datetime(2024, 3, 1, tzinfo=UTC)
TYPES = {"user": "bigint", "at": "timestamptz", "known": "timestamptz", "n": "bigint", "x": "double", "word": "varchar"}
WINDOWS: Mapping[str, Aggregation] = {
    "count_2d": Aggregation("count", None, 2 * DAY),
    "n_sum_2d": Aggregation("sum", "n", 2 * DAY),
    "n_sum_lifetime": Aggregation("sum", "n", None),
    "x_max_2d": Aggregation("max", "x", 2 * DAY),
    "word_last_2d": Aggregation("last", "word", 2 * DAY),
    "word_count_distinct_2d": Aggregation("count_distinct", "word", 2 * DAY),
    "earlier_2d": Aggregation("count", None, 2 * DAY, DAY),
}
HEADER = """\
/*---
entities: [user]
timestamp: at
{more}features: {{word: {{type: varchar}}}}
aggregations:
  - {{function: count, windows: [2d]}}
  - {{function: sum, column: n, windows: [2d, lifetime]}}
  - {{function: max, column: x, windows: [2d]}}
  - {{function: last, column: word, windows: [2d]}}
  - {{function: count_distinct, column: word, windows: [2d]}}
  - {{function: count, windows: [2d], offset: 1d, name: earlier}}
---*/
SELECT "user", at, known, n, x, word FROM raw.events
"""
READER = """\
/*---
entities: [user]
timestamp: at
features: {{}}
---*/
{select}
"""
NAMES = ", ".join(WINDOWS)
READERS = {
    "by name": f'SELECT "user", at, n, x, word, {NAMES} FROM {{{{ ref("purchases") }}}}',
    "by star": 'SELECT * FROM {{ ref("purchases") }}',
    "joined": f'SELECT p."user", p.at, p.n, p.x, p.word, {NAMES} FROM purchases AS p JOIN raw.events AS e '
    'ON e."user" = p."user" AND e.at = p.at AND e.n = p.n AND e.word = p.word',
}
HEADERS = {"as it happens": "", "late": "available_at: known\n", "delayed": "delay: 3h\n"}


def whole(value: Any) -> Any:
    """A sum of integers as one."""
    return int(value) if isinstance(value, Decimal) else value


def events() -> list[Row]:
    chosen = random.Random(7)
    return [
        {
            "user": chosen.choice([1, 2, 3]),
            "at": (at := START + chosen.randrange(40) * timedelta(hours=6)),
            "known": at + chosen.choice([0, 0, 1, 12, 60]) * timedelta(hours=1),
            "n": number,
            "x": chosen.choice([0.5, -1.5, 7.25]),
            "word": chosen.choice(["a", "b", "c"]) + str(number % 2),
        }
        for number in range(60)
    ]


def project(folder: Path, header: str, select: str) -> None:
    files = {
        "featurec.yml": "name: shop\n",
        "entities.yml": "entities: {user: {join_keys: [{name: user, type: bigint}]}}\n",
        "sources.yml": "sources: {raw: {schema: raw, tables: {events: {timestamp: at, available_at: known, columns: {"
        + ", ".join(f"{name}: {kind}" for name, kind in TYPES.items())
        + "}}}}}\n",
        "features/purchases.sql": HEADER.format(more=header),
        "features/reader.sql": READER.format(select=select),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def expected(rows: list[Row], header: str) -> list[dict[str, Any]]:
    view = View(
        rows,
        tuple(TYPES),
        ("user",),
        "at",
        available_at="known" if "known" in header else None,
        delay=timedelta(hours=3) if "delay" in header else timedelta(0),
    )
    answer = []
    for row in rows:
        line = {name: row[name] for name in ("user", "at", "n", "x", "word")}
        for name, wanted in WINDOWS.items():
            kept = oracle.kept(view, {"user": row["user"]}, row["at"], wanted)
            line[name] = oracle.aggregate(wanted.function, kept, wanted.column)
        answer.append(line)
    return answer


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_sees_the_windows_of_each_row(reader: str, header: str, tmp_path: Path, warehouse: Warehouse) -> None:
    project(tmp_path, HEADERS[header], READERS[reader])
    compilation = compile_project(tmp_path)
    assert [f for f in compilation.diagnostics if f.severity.name == "ERROR" and not f.code.startswith("FC3")] == []
    rows, analyzed, dialect = events(), compilation.analyzed, get(warehouse.name)
    wanted = sorted(map(repr, expected(rows, HEADERS[header])))
    with warehouse.scratch():
        warehouse.create("raw", "events", TYPES, rows)
        warehouse.execute(f"CREATE SCHEMA {quoted('features')}")
        built = sql_of(build_query(analyzed, "purchases", dialect, Physical()))
        warehouse.execute(f"CREATE TABLE {quoted('features', 'purchases')} AS {built}")
        stored = Physical("features", {"purchases": BuiltTable("purchases", unique=False, ordered=False)})
        for physical in (Physical(), stored):
            answer = warehouse.query(sql_of(build_query(analyzed, "reader", dialect, physical)))
            found = [
                {name: whole(comparable(line[name])) for name in ("user", "at", "n", "x", "word", *WINDOWS)}
                for line in answer
            ]
            assert sorted(map(repr, found)) == wanted
