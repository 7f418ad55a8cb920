"""Outcomes of tests for a reader: a line each, failing rows below it, and how many went how."""

from collections.abc import Sequence

from featurec.report.line import Line, Piece, Style, line, plain
from featurec.report.outcome import Outcome, OutcomeStatus
from featurec.report.progress import seconds
from featurec.report.text import count
from featurec.report.text import finding as finding_lines

WORDS: dict[OutcomeStatus, tuple[str, Style]] = {
    "pass": ("PASS ", "success"),
    "warn": ("WARN ", "warning"),
    "fail": ("FAIL ", "error"),
    "error": ("ERROR", "error"),
}


def outcome_lines(outcome: Outcome) -> list[Line]:
    """``FAIL  spend: range_amount  2 rows out of range`` and what a reader needs to see why."""
    said = f"  {outcome.message}" if outcome.message else ""
    head = line(
        WORDS[outcome.status],
        "  unit  " if outcome.kind == "unit" else "  data  ",
        f"{outcome.node}: ",
        (outcome.name, "bold"),
        said,
        (f"  {seconds(outcome.seconds)}", "dim"),
    )
    if outcome.status == "pass":
        return [head]
    lines = [head]
    if outcome.span is not None:
        lines.append(_inset(line(("declared in ", "dim"), (str(outcome.span), "place"))))
    lines += [_inset(each) for each in outcome.details]
    if outcome.where_kept:
        lines.append(_inset(line((f"kept in {outcome.where_kept}", "dim"))))
    for finding in outcome.findings:
        lines += [_inset(each) for each in finding_lines(finding)]
    return [*lines, line()]


def summary(outcomes: Sequence[Outcome], taken: float) -> Line:
    """``12 tests: 10 passed, 1 warned, 1 failed in 0.30s``."""
    words = {"pass": "passed", "warn": "warned", "fail": "failed", "error": "could not be run"}
    counts = {status: sum(outcome.status == status for outcome in outcomes) for status in words}
    style: Style = "error" if counts["fail"] or counts["error"] else "warning" if counts["warn"] else "success"
    told = ", ".join(f"{number} {words[status]}" for status, number in counts.items() if number)
    return line((f"{count(len(outcomes), 'test')}: {told}", style), f" in {seconds(taken)}")


def _inset(pieces: Line) -> Line:
    return (Piece("       "), *pieces)


def text(outcomes: Sequence[Outcome]) -> str:
    """All outcomes as text without colours."""
    lines = [each for outcome in outcomes for each in outcome_lines(outcome)]
    return plain([*lines, summary(outcomes, sum(outcome.seconds for outcome in outcomes))])
