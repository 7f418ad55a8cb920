"""Tests of rows where names, types, zones and dialects are not the usual ones, on both engines."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from featurec.compiler import Physical, analyze_project, load_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.run import testing
from featurec.run.testing import node_tests

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)

SOURCES = """
sources:
  shop:
    schema: raw
    timezone: Europe/Berlin
    tables:
      Orders:
        columns:
          user_id: bigint
          Amount EUR: double
          "order": varchar
          paid: boolean
          happened: timestamp
          arrived: timestamp
          day: date
        timestamp: happened
        available_at: arrived
        freshness: FRESHNESS
        tests: [TESTS]
"""
ROWS = """
  (1, 1.5, 'a''b', TRUE, '2024-03-01 10:00:00', '2024-03-01 12:00:00', '2024-03-01'),
  (2, 'NaN', 'x', FALSE, '2024-02-01 10:00:00', '2024-02-01 12:00:00', '2024-02-01'),
  (3, NULL, 'line
break', NULL, '2024-02-02 10:00:00', '2024-02-02 12:00:00', '2024-02-02')
"""

Run = Callable[..., list[testing.TestResult]]


@pytest.fixture(params=["duckdb", "postgres"])
def orders(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    offline = f"{{type: postgres, url: '{url}', schema: features}}" if url else "{type: duckdb, path: ':memory:'}"
    (tmp_path / "featurec.yml").write_text(f"name: shop\ntargets:\n  dev: {{offline: {offline}}}\n")
    (tmp_path / "entities.yml").write_text("entities:\n  user: {join_keys: {user_id: bigint}}\n")
    (tmp_path / "features").mkdir()
    (tmp_path / "sources.yml").write_text(SOURCES.replace("FRESHNESS", "{error_after: 1h}").replace("TESTS", ""))
    project = load_project(tmp_path).project
    engine = open_engine(project.targets["dev"], project, tmp_path, Access(write=True))
    engine.execute("CREATE SCHEMA IF NOT EXISTS raw")
    double = "double precision" if url else "double"
    kinds = (
        f'user_id bigint, "Amount EUR" {double}, "order" varchar, paid boolean, happened timestamp, arrived timestamp'
    )
    engine.execute(f'CREATE TABLE raw."Orders" ({kinds}, day date)')
    engine.execute(f'INSERT INTO raw."Orders" VALUES {ROWS}')

    def run(tests: str = "", freshness: str = "{error_after: 300d}", view: str = "") -> list[testing.TestResult]:
        text = SOURCES.replace("FRESHNESS", freshness).replace("TESTS", "" if view else tests)
        (tmp_path / "sources.yml").write_text(text)
        if view:
            (tmp_path / "features/v.sql").write_text(view.replace("TESTS", tests))
        compilation = analyze_project(load_project(tmp_path))
        assert compilation.diagnostics == (), [f"{d.code} {d.claim} {d.cause}" for d in compilation.diagnostics]
        node = "view.v" if view else "source.shop.Orders"
        return list(node_tests(engine, compilation.analyzed, node, Physical("features"), NOW))

    yield run
    engine.close()


@pytest.mark.parametrize(
    ("declared", "users"),
    [
        ("{range: {min: 0, max: 2}, column: 'Amount EUR'}", [2]),  # NaN is greater than every number
        ("{range: {max: 2}, column: amount eur}", [2]),
        ('{accepted_values: ["a\'b", x], column: order}', [3]),
        ("{accepted_values: [true], column: paid}", [2]),
        ("{range: {min: 2024-02-02}, column: day}", [2]),
        ("{range: {min: 2024-02-02 10:00:00}, column: happened}", [2]),
        ('{sql: "\\"order\\" <> \'x\'"}', [2]),
        ('{sql: "\\"order\\" <> \'line\\nbreak\'"}', [3]),
        ('{sql: paid, where: "\\"Amount EUR\\" IS NOT NULL"}', [2]),
        ("{sql: happened < arrived AND day >= DATE '2024-02-02' -- a remark\n}", [2]),
        ("{not_null: , column: paid}", [3]),
    ],
)
def test_names_and_values_of_every_kind(orders: Run, declared: str, users: list[int]) -> None:
    result = orders(f"{declared}, {{unique: [user_id]}}")[0]
    assert result.findings == (), result.findings[0].cause
    shown = {name.lower() for row in result.rows for name in row}
    assert (result.status, result.failures) == ("fail", len(users))
    assert {"happened"} <= shown


def test_a_source_is_as_fresh_as_what_became_known_of_it_in_its_zone(orders: Run) -> None:
    # 12:00 in Berlin is 11:00 UTC, an hour ago.
    assert [r.status for r in orders(freshness="{error_after: 60min}")] == ["pass"]
    assert [r.status for r in orders(freshness="{error_after: 59min}")] == ["fail"]


VIEW = """/*---
dialect: DIALECT
entities: [user]
timestamp: happened
available_at: arrived
features: {amount: double}
tests: [TESTS]
---*/
SELECT user_id, happened, arrived, "Amount EUR" AS amount, "order" AS "Order No", day FROM {{ source('shop', 'Orders') }}
"""


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_conditions_are_in_the_dialect_of_their_view(orders: Run, dialect: str) -> None:
    tests = "{sql: \"date_trunc('month', happened) >= DATE '2024-03-01'\"}, {unique: [Order No]}, {not_null: , column: Order No}"
    results = orders(tests, view=VIEW.replace("DIALECT", dialect))
    assert [(r.status, r.failures, r.findings) for r in results] == [("fail", 2, ()), ("pass", 0, ()), ("pass", 0, ())]


def test_a_condition_that_the_target_cannot_say_is_an_error_of_that_test(
    orders: Run, request: pytest.FixtureRequest
) -> None:
    tests = "{sql: 'TRY_CAST(\"Order No\" AS integer) = 0 AND amount = 1', name: numbered}, {not_null: , column: day}"
    results = orders(tests, view=VIEW.replace("DIALECT", "duckdb"))
    if "postgres" in request.node.name:
        assert [r.status for r in results] == ["error", "pass"]
        assert [d.code[:3] for d in results[0].findings] == ["FC5"]
    else:
        assert [r.status for r in results] == ["fail", "pass"], results
