"""What is said of tests that fail while a view is built."""

from collections.abc import Iterable, Iterator

from featurec.diagnostic import Diagnostic, Severity
from featurec.engines.protocol import Row
from featurec.run.testing import FRESHNESS, TestResult

_SHOWN = 3
_PUBLISHED = (
    ", which are published all the same, as its severity is `warn`; rows that are mended in place are read again by "
    "--event-time-start … --event-time-end …, or --full-refresh"
)


def test_findings(results: Iterable[TestResult]) -> Iterator[Diagnostic]:
    """FC948 for each test that did not pass; what kept a test from running, as it is."""
    for result in results:
        if result.status == "error":
            yield from result.findings
        elif result.status != "pass":
            yield _finding(result)


def _finding(result: TestResult) -> Diagnostic:
    node = result.node.partition(".")[2]
    column = f".{result.column}" if result.column else ""
    rows = "\n".join(_told(row) for row in result.rows[:_SHOWN])
    more = f"\nand {result.failures - _SHOWN:,} more" if result.failures > _SHOWN else ""
    aged = result.kind == FRESHNESS
    return Diagnostic(
        "FC948",
        f"`{node}{column}` is not as its test `{result.name}` wants it: {result.message}",
        result.span,
        "" if aged else rows + more,
        "see why no newer rows come; the table is published all the same"
        if aged
        else "mend the rows or the test; featurec.test_failures in the offline store has the rows"
        + ("" if result.failed else _PUBLISHED),
        severity=Severity.ERROR if result.failed else Severity.WARNING,
    )


def _told(row: Row) -> str:
    return ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in row.items())
