"""Outcomes of tests as JSON: one document, or one object each for the log. Every key is always present."""

from collections.abc import Sequence
from json import dumps

from featurec.plain_value import plain_value
from featurec.report.json import Json, finding, place
from featurec.report.outcome import Outcome


def document(outcomes: Sequence[Outcome]) -> str:
    """``{"version": 1, "summary": {…}, "results": […]}``."""
    statuses = ("pass", "warn", "fail", "error")
    counts: dict[str, Json] = {status: sum(o.status == status for o in outcomes) for status in statuses}
    results: list[Json] = [as_object(outcome) for outcome in outcomes]
    return dumps({"version": 1, "summary": counts, "results": results}, indent=2, ensure_ascii=False) + "\n"


def as_object(outcome: Outcome) -> dict[str, Json]:
    """One outcome. ``rows`` are the first failing ones, at most 100; ``failures`` counts all."""
    return {
        "type": "unit" if outcome.kind == "unit" else "data",
        "kind": outcome.kind,
        "node": outcome.node,
        "name": outcome.name,
        "column": outcome.column,
        "status": outcome.status,
        "severity": outcome.severity,
        "seconds": round(outcome.seconds, 6),
        "message": outcome.message,
        "failures": outcome.failures,
        "rows": [plain_value(row) for row in outcome.rows],
        "sql": outcome.sql,
        "place": place(outcome.span),
        "findings": [finding(each) for each in outcome.findings],
    }
