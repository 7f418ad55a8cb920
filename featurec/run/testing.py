"""Tests of the rows of views and sources: run in an engine's session, and the failing rows kept."""

import json
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from featurec.codegen import render_sql
from featurec.compiler import AnalyzedProject, BuiltTable, CompiledQuery, Physical
from featurec.diagnostic import Diagnostic
from featurec.engines.protocol import Engine, Row
from featurec.engines.tables import STATE_SCHEMA
from featurec.errors import CannotOperate, FeaturecError
from featurec.expectations import DataTest, Freshness, TestKind, TestSeverity
from featurec.plain_value import plain_value
from featurec.source import Span
from featurec.testing import age_text, failing_query, freshness_of, limit_text, newest_query, tests_of

TestStatus = Literal["pass", "warn", "fail", "error"]

FRESHNESS: Literal["freshness"] = "freshness"
"""Name and kind of the test that a declaration of ``freshness`` is."""

_LOCK = 0x66656174
"""Number of the lock under which state tables are made."""


@dataclass(frozen=True)
class TestResult:
    """What one test found.

    Attributes:
        node: ``view.<name>`` or ``source.<source>.<table>``.
        column: the columns that it names, joined by commas; None for a condition on whole rows.
        status: ``fail`` and ``warn`` by severity, ``error`` where the test could not be run.
        failures: how many rows (of ``unique``: values) fail.
        rows: the first of them, with keys and time.
        sql: the query that finds them.
        message: what was found, in words.
        findings: why a test could not be run.
    """

    node: str
    name: str
    column: str | None
    kind: TestKind | Literal["freshness"]
    severity: TestSeverity
    status: TestStatus
    failures: int = 0
    rows: tuple[Row, ...] = ()
    sql: str = ""
    seconds: float = 0.0
    span: Span | None = None
    message: str = ""
    findings: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the command that ran it exits with 1."""
        return self.status in ("fail", "error")

    @property
    def blocks(self) -> bool:
        """Whether what it found keeps the tested rows from being published. That rows are old does not."""
        return self.failed and self.kind != FRESHNESS

    def strict(self) -> "TestResult":
        """The result where warnings count as failures."""
        return replace(self, status="fail", severity="error") if self.status == "warn" else self


def run_tests(
    engine: Engine, analyzed: AnalyzedProject, view: str, table: BuiltTable, physical: Physical, now: datetime
) -> tuple[TestResult, ...]:
    """Run every test of a view, and the freshness that it declares, on one table of it.

    Inside a transaction, where the table is not published yet; so nothing is run after a test that the engine refused,
    whose status is ``error``. Raises CannotOperate where the session is lost.

    Args:
        table: the rows to test, in the engine's schema.
        physical: where other views live.
        now: what ages are counted from.
    """
    there = replace(physical, built={**physical.built, view: table})
    results: list[TestResult] = []
    for result in node_tests(engine, analyzed, f"view.{view}", there, now):
        results.append(result)
        if result.status == "error":
            break
    return tuple(results)


def source_tests(
    engine: Engine, analyzed: AnalyzedProject, key: str, physical: Physical, now: datetime
) -> tuple[TestResult, ...]:
    """Run every test of a source table (``source.<source>.<table>``), and the freshness that it declares."""
    return tuple(node_tests(engine, analyzed, key, physical, now))


def node_tests(
    engine: Engine, analyzed: AnalyzedProject, node: str, physical: Physical, now: datetime
) -> Iterator[TestResult]:
    """Run the tests of a node, one result after the other; a view without a table in ``physical`` is computed."""
    for test in tests_of(analyzed, node):
        yield _run(engine, analyzed, node, test, physical)
    freshness = freshness_of(analyzed, node)
    if freshness is not None:
        yield _run_freshness(engine, analyzed, node, freshness, physical, now)


def _run(engine: Engine, analyzed: AnalyzedProject, node: str, test: DataTest, physical: Physical) -> TestResult:
    started = time.monotonic()
    column = ", ".join(test.columns) or None
    result = TestResult(node, test.name, column, test.kind, test.severity, "pass", span=test.span)
    try:
        query, findings = failing_query(analyzed, node, test, engine.dialect, physical)
        sql, rows = _rows(engine, query, findings)
    except CannotOperate:
        raise
    except FeaturecError as error:
        return _refused(result, error, started)
    failures = rows[0]["__fc_failures"] if rows else 0
    shown = tuple(_shown(row) for row in rows)
    seconds = time.monotonic() - started
    if not failures:
        return replace(result, sql=sql, seconds=seconds)
    status: TestStatus = "warn" if test.severity == "warn" else "fail"
    what = "value" if test.kind == "unique" else "row"
    message = f"{failures:,} {what}{'' if failures == 1 else 's'} {_SAID[test.kind]}"
    return replace(result, status=status, failures=failures, rows=shown, sql=sql, seconds=seconds, message=message)


_SAID = {
    "not_null": "without a value",
    "unique": "more than once",
    "accepted_values": "with another value",
    "range": "out of range",
    "relationships": "without a counterpart",
    "sql": "for which it is false",
}


def _run_freshness(
    engine: Engine, analyzed: AnalyzedProject, node: str, limits: Freshness, physical: Physical, now: datetime
) -> TestResult:
    started = time.monotonic()
    severity: TestSeverity = "warn" if limits.error_after is None else "error"
    result = TestResult(node, FRESHNESS, None, FRESHNESS, severity, "pass", span=limits.span)
    try:
        query, findings = newest_query(analyzed, node, engine.dialect, physical, now)
        sql, rows = _rows(engine, query, findings)
    except CannotOperate:
        raise
    except FeaturecError as error:
        return _refused(result, error, started)
    newest = rows[0]["newest"]
    age = (now - newest) // timedelta(microseconds=1) if newest is not None else None
    status: TestStatus = "pass"
    passed: int | None = None
    if limits.error_after is not None and (age is None or age > limits.error_after):
        status, passed = "fail", limits.error_after
    elif limits.warn_after is not None and (age is None or age > limits.warn_after):
        status, passed = "warn", limits.warn_after
    seconds = time.monotonic() - started
    if passed is None:
        return replace(result, sql=sql, seconds=seconds)
    found = "there is no row" if age is None else f"the newest row is {age_text(age)} old"
    message = f"{found}; the limit is {limit_text(passed)}"
    severity = "error" if status == "fail" else "warn"
    return replace(
        result,
        severity=severity,
        status=status,
        failures=1,
        sql=sql,
        seconds=seconds,
        message=message,
    )


def _rows(engine: Engine, query: CompiledQuery | None, findings: Sequence[Diagnostic]) -> tuple[str, list[Row]]:
    if query is None:
        raise FeaturecError(findings)
    return query.sql, engine.query(query.sql)


def _shown(row: Row) -> Row:
    """A failing row without the columns that the query added; of a repeated value how often it occurs."""
    found = {name: value for name, value in row.items() if not name.startswith("__fc_")}
    repeats = row.get("__fc_occurrences")
    return found if repeats is None else {**found, "occurrences": repeats}


def _refused(result: TestResult, error: FeaturecError, started: float) -> TestResult:
    message = "; ".join(finding.claim for finding in error.diagnostics)
    seconds = time.monotonic() - started
    return replace(result, status="error", seconds=seconds, message=message, findings=error.diagnostics)


def store_failures(engine: Engine, results: Collection[TestResult], run_id: str, now: datetime) -> int:
    """Keep the failing rows of tests in ``featurec.test_failures``, in the place of those of their earlier runs.

    In a transaction of its own: after the rollback of a build whose rows failed, they are still kept. The columns are
    ``schema_name, node, test, run_id, at, row``. What a test that could not be run left there stays.

    Returns:
        How many rows were kept.
    """
    settled = [result for result in results if result.status != "error"]
    kept = 0
    if not any(result.rows for result in settled) and not stored_failures(engine):
        return kept
    common = {"state_schema": STATE_SCHEMA, "schema": engine.schema}
    with engine.transaction():
        engine.execute(render_sql("test/create.sql", engine.dialect, state_schema=STATE_SCHEMA, lock=_LOCK))
        for result in settled:
            named = {**common, "node": result.node, "test": result.name}
            engine.execute(render_sql("test/forget.sql", engine.dialect, **named))
            if result.rows:
                rows = [json.dumps(plain_value(row), ensure_ascii=False) for row in result.rows]
                keep = render_sql("test/keep.sql", engine.dialect, **named, run_id=run_id, at=now, rows=rows)
                engine.execute(keep)
                kept += len(rows)
    return kept


def stored_failures(engine: Engine) -> bool:
    """Whether failing rows may be there from earlier."""
    found = engine.query(render_sql("test/stored.sql", engine.dialect, state_schema=STATE_SCHEMA))
    return bool(found[0]["stored"])
