"""What a test found, of rows or a unit test alike, for every form of report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from featurec.diagnostic import Diagnostic
from featurec.report.line import Line, line
from featurec.report.rows import as_lines, cell
from featurec.report.table import table
from featurec.report.text import count
from featurec.run.difference import Difference
from featurec.run.testing import TestResult
from featurec.run.unit_tests import UnitResult
from featurec.source import Span

OutcomeStatus = Literal["pass", "warn", "fail", "error"]

SHOWN = 5
"""Failing rows that are shown; all of them are kept."""


@dataclass(frozen=True)
class Outcome:
    """A test that was run.

    Attributes:
        kind: ``unit``, or of data tests what they test, such as ``range``.
        node: ``spend``, ``shop.orders``.
        details: failing rows, or what differs, for people.
        rows: failing rows, for programs.
        where_kept: how failing rows are found again; empty where they are not kept.
    """

    kind: str
    node: str
    name: str
    status: OutcomeStatus
    severity: str
    seconds: float
    message: str = ""
    column: str | None = None
    failures: int = 0
    details: tuple[Line, ...] = ()
    rows: tuple[Mapping[str, object], ...] = ()
    where_kept: str = ""
    sql: str = ""
    span: Span | None = None
    findings: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        return self.status in ("fail", "error")


def of_data(result: TestResult, *, kept: bool) -> Outcome:
    """A test of rows; ``kept``: whether its failing rows are."""
    node = result.node.partition(".")[2]
    rows = result.rows
    where = f"featurec.test_failures, node = '{result.node}', test = '{result.name}'" if kept and rows else ""
    return Outcome(
        kind=result.kind,
        node=node,
        name=result.name,
        status=result.status,
        severity=result.severity,
        seconds=result.seconds,
        message=result.message,
        column=result.column,
        failures=result.failures,
        details=_failing(result),
        rows=rows,
        where_kept=where,
        sql=result.sql,
        span=result.span,
        findings=result.findings,
    )


def of_unit(result: UnitResult) -> Outcome:
    """A unit test."""
    test, found = result.test, result.difference
    message = "; ".join(finding.claim for finding in result.findings)
    return Outcome(
        kind="unit",
        node=test.view,
        name=test.name,
        status=result.status,
        severity="error",
        seconds=result.seconds,
        message=_counts(found) if found else message,
        failures=len(found.missing) + len(found.unexpected) + len(found.changed) if found else 0,
        details=_differing(result, found) if found else (),
        span=test.span,
        findings=result.findings,
    )


def _failing(result: TestResult) -> tuple[Line, ...]:
    shown = result.rows[:SHOWN]
    if not shown:
        return ()
    lines = as_lines(list(shown[0]), shown)
    more = result.failures - len(shown)
    return (*lines, line((f"… and {more:,} more", "dim"))) if more > 0 else tuple(lines)


def _counts(found: Difference) -> str:
    parts = [(len(found.missing), "missing"), (len(found.unexpected), "unexpected")]
    said = [f"{count(number, 'row')} {word}" for number, word in parts if number]
    said += [f"{count(len(found.changed), 'row')} with other values"] if found.changed else []
    return ", ".join(said)


def _differing(result: UnitResult, found: Difference) -> tuple[Line, ...]:
    """A row of the table for each row that differs; of a changed cell what is expected, and what is there."""

    def place(number: int) -> str:
        spans = result.test.row_spans
        return f"line {spans[number].line}" if number < len(spans) else ""

    names = found.columns
    rows: list[list[str | None]] = []
    rows += [["missing", place(number), *(cell(row[name]) for name in names)] for number, row in found.missing]
    rows += [["unexpected", "", *(cell(row[name]) for name in names)] for row in found.unexpected]
    for change in found.changed:
        cells = [
            f"{cell(change.expected[name]) or 'NULL'} ≠ {cell(change.actual[name]) or 'NULL'}"
            if name in change.columns
            else cell(change.expected[name])
            for name in names
        ]
        rows.append(["differs", place(change.number), *cells])
    lines = table(["", "expected in", *names], rows[:_MOST])
    if found.changed:
        lines.append(line(("of cells that differ: what is expected ≠ what is there", "dim")))
    more = len(rows) - _MOST
    return (*lines, line((f"… and {more:,} more", "dim"))) if more > 0 else tuple(lines)


_MOST = 20
"""Differing rows of a unit test that are shown."""
