"""Tests of rows: each kind failing and passing, on views and sources of both engines; failing rows kept."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from featurec.compiler import AnalyzedProject, BuiltTable, Physical, analyze_project, build_query, load_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.expectations import Freshness
from featurec.run import testing
from featurec.run.failed_tests import test_findings as findings_of
from featurec.run.testing import run_tests, source_tests, store_failures
from featurec.spec import FeatureView

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)

SOURCES = """
sources:
  shop:
    schema: raw
    tables:
      orders:
        columns:
          order_id: {type: bigint, tests: [not_null]}
          user_id: bigint
          amount: decimal(18,2)
          status: varchar
          created_at: timestamptz
        timestamp: created_at
        unique: [order_id]
        tests: [{sql: status <> 'lost', name: not_lost, severity: warn}]
        freshness: {warn_after: 1d, error_after: 30d}
      users:
        columns: {user_id: bigint, country: varchar}
        static: true
"""

ROWS = """
  (1, 1, 10.00, 'paid', '2024-02-28 00:00:00+00'),
  (2, 1, -5.00, 'paid', '2024-02-27 00:00:00+00'),
  (2, 2, 20.00, 'lost', '2024-02-26 00:00:00+00'),
  (3, 3, NULL, NULL, '2024-02-25 00:00:00+00'),
  (4, NULL, 40.00, 'open', '2024-02-24 00:00:00+00')
"""


@dataclass
class Shop:
    """A project and a session of its warehouse, in which the tables of its sources lie."""

    engine: Engine
    root: Path

    def analyzed(self, tests: str = "", feature: str = "", freshness: str = "") -> AnalyzedProject:
        """The project with one view, whose header says this."""
        header = [
            "entities: [user]",
            "timestamp: created_at",
            "features:",
            f'  amount: {{type: "decimal(18,2)"{feature}}}',
        ]
        header += [f"tests: [{tests}]"] if tests else []
        header += [f"freshness: {freshness}"] if freshness else []
        sql = "SELECT order_id, user_id, amount, status, created_at FROM shop.orders"
        (self.root / "features").mkdir(exist_ok=True)
        (self.root / "features" / "spend.sql").write_text("\n".join(["/*---", *header, "---*/", sql, ""]))
        compilation = analyze_project(load_project(self.root))
        assert compilation.diagnostics == ()
        return compilation.analyzed

    def results(self, analyzed: AnalyzedProject) -> tuple[testing.TestResult, ...]:
        """The results of the view's tests on its rows as they are now."""
        return run_tests(self.engine, analyzed, "spend", self.built(analyzed), Physical("features"), NOW)

    def built(self, analyzed: AnalyzedProject) -> BuiltTable:
        query, findings = build_query(analyzed, "spend", self.engine.dialect, Physical("features"))
        assert query is not None, findings
        self.engine.execute("DROP TABLE IF EXISTS features.spend_1")
        self.engine.execute(f"CREATE TABLE features.spend_1 AS {query.sql}")
        return BuiltTable("spend_1", unique=False, ordered=False)

    def only(self, tests: str = "", **header: str) -> testing.TestResult:
        """The result of the one test of the view."""
        (result,) = self.results(self.analyzed(tests, **header))
        return result


@pytest.fixture(params=["duckdb", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    offline = f"{{type: postgres, url: '{url}', schema: features}}" if url else "{type: duckdb, path: ':memory:'}"
    (tmp_path / "featurec.yml").write_text(f"name: shop\ntargets:\n  dev: {{offline: {offline}}}\n")
    (tmp_path / "entities.yml").write_text("entities:\n  user: {join_keys: {user_id: bigint}}\n")
    (tmp_path / "sources.yml").write_text(SOURCES)
    project = load_project(tmp_path).project
    engine = open_engine(project.targets["dev"], project, tmp_path, Access(write=True))
    engine.execute("CREATE SCHEMA IF NOT EXISTS raw")
    engine.execute("CREATE SCHEMA IF NOT EXISTS features")
    kinds = "order_id bigint, user_id bigint, amount decimal(18,2), status varchar, created_at timestamptz"
    engine.execute(f"CREATE TABLE raw.orders ({kinds})")
    engine.execute(f"INSERT INTO raw.orders VALUES {ROWS}")
    engine.execute("CREATE TABLE raw.users (user_id bigint, country varchar)")
    engine.execute("INSERT INTO raw.users VALUES (1, 'DE'), (2, 'FR'), (NULL, 'IT')")
    yield Shop(engine, tmp_path)
    engine.close()


def plain(rows: tuple[dict[str, Any], ...], *names: str) -> list[tuple[object, ...]]:
    return [tuple(str(row[name]) if row[name] is not None else None for name in names) for row in rows]


FAILING = [
    ("{not_null: , column: amount}", "not_null_amount", 1, [("3", None)], ("user_id", "amount")),
    ("{unique: [order_id]}", "unique_order_id", 1, [("2", "2")], ("order_id", "occurrences")),
    ("{accepted_values: [paid, open], column: status}", "accepted_values_status", 1, [("2", "lost")], ("user_id", "status")),
    ("{range: {min: 0, max: 30.5}, column: amount}", "range_amount", 2, [("1", "-5.00"), (None, "40.00")], ("user_id", "amount")),
    ("{range: {max: '2024-02-27'}, column: created_at}", "range_created_at", 1, [("1",)], ("user_id",)),
    ("{relationships: {to: shop.users}, column: user_id}", "relationships_user_id", 1, [("3",)], ("user_id",)),
    (
        "{relationships: {to: shop.users, column: user_id, where: amount > 0}, column: order_id}",
        "relationships_order_id",
        1,
        [("4",)],
        ("order_id",),
    ),
    ("{sql: amount > 0, name: positive}", "positive", 1, [("1", "-5.00")], ("user_id", "amount")),
    ("{sql: \"status <> 'lost' AND amount < 30\"}", "sql", 2, [("20.00", "lost"), ("40.00", "open")], ("amount", "status")),
    ("{not_null: {where: status IS NULL, column: amount}}", "not_null_amount", 1, [("3",)], ("user_id",)),
]  # fmt: skip

PASSING = [
    "{not_null: , column: order_id}",
    "{not_null: {column: amount, where: status IS NOT NULL}}",
    "{unique: [order_id, user_id]}",
    "{unique: [user_id], where: amount > 15}",
    "{accepted_values: [paid, open, lost], column: status}",
    "{range: {min: -5, max: 40}, column: amount}",
    "{range: {min: '2024-02-24 00:00:00', max: '2024-02-28T01:00+01:00'}, column: created_at}",
    "{relationships: {to: spend}, column: order_id}",
    "{sql: amount > -10}",
]


@pytest.mark.parametrize(("declared", "name", "failures", "rows", "columns"), FAILING, ids=[f[1] for f in FAILING])
def test_failing_rows_are_counted_and_shown_with_their_keys(
    shop: Shop, declared: str, name: str, failures: int, rows: list[tuple[object, ...]], columns: tuple[str, ...]
) -> None:
    result = shop.only(declared)
    assert (result.name, result.status, result.failures) == (name, "fail", failures), result.message
    assert sorted(plain(result.rows, *columns), key=str) == sorted(rows, key=str)
    assert result.blocks
    assert result.span is not None
    assert result.span.path == "features/spend.sql"


@pytest.mark.parametrize("declared", PASSING)
def test_rows_that_fulfil_it_pass(shop: Shop, declared: str) -> None:
    result = shop.only(declared)
    assert (result.status, result.failures, result.rows, result.findings) == ("pass", 0, (), ()), result.message


def test_a_warning_does_not_keep_rows_from_being_published(shop: Shop) -> None:
    result = shop.only("{not_null: {severity: warn}, column: amount}")
    assert (result.status, result.failed, result.blocks) == ("warn", False, False)
    (finding,) = findings_of([result])
    assert "published all the same" in finding.fix
    assert "--event-time-start" in finding.fix, "no run would see that rows were mended in place"


def test_tests_of_features_come_first_and_all_have_names_of_their_own(shop: Shop) -> None:
    feature = ", tests: [not_null, {range: {min: 0}}, {range: {max: 100}}]"
    results = shop.results(shop.analyzed("{sql: amount > 0}, {sql: amount > 1}", feature))
    assert [r.name for r in results] == ["not_null_amount", "range_amount", "range_amount_2", "sql", "sql_2"]
    assert [r.column for r in results] == ["amount", "amount", "amount", None, None]


def test_at_most_a_hundred_rows_are_looked_at_and_all_are_counted(shop: Shop) -> None:
    insert = (
        "INSERT INTO raw.orders SELECT 9, 9, NULL, 'x', created_at FROM raw.orders, generate_series(1, 50) AS many(n)"
    )
    shop.engine.execute(insert)
    result = shop.only("{not_null: , column: amount}")
    assert (result.failures, len(result.rows)) == (251, 100)
    assert "251 rows without a value" in result.message


@pytest.mark.parametrize(
    ("limits", "status", "message"),
    [
        ("{warn_after: 3d}", "pass", ""),
        ("{warn_after: 1d, error_after: 5d}", "warn", "the newest row is 2d old; the limit is 1d"),
        ("{warn_after: 1d, error_after: 48h}", "fail", "the newest row is 2d old; the limit is 2d"),
    ],
)
def test_freshness_counts_from_the_newest_row_that_is_not_ahead_of_the_clock(
    shop: Shop, limits: str, status: str, message: str
) -> None:
    shop.engine.execute("INSERT INTO raw.orders VALUES (9, 9, 1, 'paid', '2024-03-02 00:00:00+00')")
    result = shop.only(freshness=limits)
    assert (result.name, result.status, result.message, result.blocks) == ("freshness", status, message, False)


def test_a_view_without_rows_is_not_fresh(shop: Shop) -> None:
    shop.engine.execute("DELETE FROM raw.orders")
    result = shop.only(freshness="{error_after: 1d}")
    assert (result.status, result.message) == ("fail", "there is no row; the limit is 1d")


def test_sources_are_tested_where_they_lie(shop: Shop) -> None:
    analyzed = shop.analyzed()
    results = source_tests(shop.engine, analyzed, "source.shop.orders", Physical("features"), NOW)
    assert [(r.name, r.status, r.failures) for r in results] == [
        ("not_null_order_id", "pass", 0),
        ("not_lost", "warn", 1),
        ("unique_order_id", "fail", 1),
        ("freshness", "warn", 1),
    ]
    assert results[1].rows[0]["status"] == "lost"
    assert results[2].span is not None
    assert results[2].span.text == "unique"
    assert source_tests(shop.engine, analyzed, "source.shop.users", Physical("features"), NOW) == ()


def test_after_a_test_that_the_engine_refuses_none_is_run(shop: Shop) -> None:
    analyzed = shop.analyzed("{not_null: , column: amount}, {unique: [order_id]}")
    physical = Physical("features")
    results = run_tests(shop.engine, analyzed, "spend", BuiltTable("missing", False, False), physical, NOW)
    assert [(r.status, r.blocks, bool(r.findings)) for r in results] == [("error", True, True)]


def test_a_transaction_can_be_rolled_back_and_the_failing_rows_still_kept(shop: Shop) -> None:
    analyzed = shop.analyzed("{not_null: , column: amount}, {sql: amount > 0}")
    kept: list[tuple[testing.TestResult, ...]] = []
    with suppress(ZeroDivisionError), shop.engine.transaction():
        kept.append(shop.results(analyzed))
        raise ZeroDivisionError
    assert store_failures(shop.engine, kept[0], "run1", NOW) == 2
    assert stored(shop) == [
        ("view.spend", "not_null_amount", "run1", {"user_id": 3, "created_at": "2024-02-25T00:00:00+00:00", "amount": None}),
        ("view.spend", "sql", "run1", {"user_id": 1, "created_at": "2024-02-27T00:00:00+00:00", "amount": "-5.00"}),
    ]  # fmt: skip


def test_newer_failing_rows_replace_those_of_the_same_test_alone(shop: Shop) -> None:
    analyzed = shop.analyzed("{not_null: , column: amount}, {sql: amount > 0}")
    first = shop.results(analyzed)
    store_failures(shop.engine, first, "run1", NOW)
    shop.engine.execute("UPDATE raw.orders SET amount = 1 WHERE amount IS NULL")
    store_failures(shop.engine, shop.results(analyzed)[:1], "run2", NOW)
    assert [row[:3] for row in stored(shop)] == [("view.spend", "sql", "run1")]
    store_failures(shop.engine, [replace(first[1], status="error", rows=())], "run3", NOW)
    assert [row[:3] for row in stored(shop)] == [("view.spend", "sql", "run1")]


def test_nothing_is_written_where_nothing_ever_failed(shop: Shop) -> None:
    assert store_failures(shop.engine, [shop.only("{sql: amount > -10}")], "run1", NOW) == 0
    assert "test_failures" not in {table.name for table in shop.engine.tables()}
    found = shop.engine.query("SELECT count(*) AS n FROM information_schema.tables WHERE table_name = 'test_failures'")
    assert found[0]["n"] == 0


def test_tests_take_no_part_in_the_fingerprint(shop: Shop) -> None:
    bare, tested = shop.analyzed(), shop.analyzed("{sql: amount > 0}", ", tests: [not_null]", "{warn_after: 1d}")
    assert bare.views["spend"].fingerprint == tested.views["spend"].fingerprint
    spec = tested.views["spend"].spec
    assert isinstance(spec, FeatureView)
    assert (len(spec.tests), spec.freshness) == (2, Freshness(86_400_000_000, None))


def stored(shop: Shop) -> list[tuple[str, str, str, dict[str, object]]]:
    sql = 'SELECT node, test, run_id, CAST("row" AS varchar) AS kept FROM featurec.test_failures ORDER BY node, test'
    rows = shop.engine.query(sql)
    return [(row["node"], row["test"], row["run_id"], json.loads(row["kept"])) for row in rows]


def test_a_failing_row_of_no_finite_time_is_shown_too(shop: Shop) -> None:
    shop.engine.execute("INSERT INTO raw.orders VALUES (9, 9, -1, 'paid', 'infinity'), (8, 8, -2, 'paid', '-infinity')")
    result = shop.only("{sql: amount >= 0 OR user_id < 8}", freshness="")
    assert (result.status, result.failures, result.findings) == ("fail", 2, ())
    assert [row["user_id"] for row in result.rows] == [8, 9]
    store_failures(shop.engine, [result], "run1", NOW)
    assert len(stored(shop)) == 2
    assert shop.only(freshness="{error_after: 5d}").status == "pass"
