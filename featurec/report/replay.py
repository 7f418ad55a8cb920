"""What a replay of logged answers found: for people and for programs."""

import shlex
from collections import Counter
from collections.abc import Iterator

from featurec.report.json import Json
from featurec.report.line import Line, Style, line
from featurec.report.table import table
from featurec.report.text import count
from featurec.run.replay import Example, Replay
from featurec.run.replay_cause import FAULTS, Outcome, spoken

SCHEMA_VERSION = 1
_HINTS = {
    Outcome.STALE: "training sees rows that no export had brought yet: export more often, or declare a `delay:`",
    Outcome.LATE: "rows came later than their times say: declare `available_at:`, or a larger `delay:`",
    Outcome.OTHER_VERSION: "another version answered than the project has now: replay with the commit that was served",
}


def as_lines(found: Replay, fail_above: float) -> Iterator[Line]:
    """A line per feature and outcome, what to do, the examples, and whether the share of faults is too large."""
    headers = ["service", "feature", "values", *(str(outcome) for outcome in _seen(found))]
    rows = [
        [service, _name(view, role, feature), f"{sum(counts.values()):,}", *(_cell(counts, o) for o in _seen(found))]
        for (service, view, role, feature), counts in sorted(found.counts.items())
    ]
    yield from table(headers, rows, [False, False, *[True] * (len(headers) - 2)])
    yield line()
    total = found.total
    for outcome, hint in _HINTS.items():
        if total[outcome]:
            yield line((f"{outcome}: ", "bold"), hint)
    for example in found.examples:
        yield from _example(example)
    yield verdict(found, fail_above)


def verdict(found: Replay, fail_above: float) -> Line:
    """``12,000 values of 300 answers: 0.02 % differ …``."""
    faults = sum(found.total[outcome] for outcome in FAULTS)
    style: Style = "error" if found.share > fail_above else "success"
    limit = f", and at most {fail_above:.4%} may" if found.share > fail_above else ""
    told = f"{count(faults, 'value')} of {found.compared:,} ({found.share:.4%}) " + (
        "is not what the rule says" if faults == 1 else "are not what the rule says"
    )
    return line((told, style), f"{limit}; {count(found.rows, 'answer')} replayed")


def as_json(found: Replay, fail_above: float) -> dict[str, Json]:
    """The same for programs."""
    return {
        "schema_version": SCHEMA_VERSION,
        "answers": found.rows,
        "compared": found.compared,
        "share": found.share,
        "fail_above": fail_above,
        "failed": found.share > fail_above,
        "outcomes": _counted(found.total),
        "features": [
            {"service": service, "view": view, "role": role, "feature": feature, "outcomes": _counted(counts)}
            for (service, view, role, feature), counts in sorted(found.counts.items())
        ],
        "examples": [
            {
                "service": example.key[0],
                "view": example.key[1],
                "role": example.key[2],
                "feature": example.key[3],
                "outcome": str(example.outcome),
                "keys": {name: spoken(value) for name, value in example.keys.items()},
                "requested_at": example.requested_at.isoformat(),
                "compared_at": example.at.isoformat(),
                "served": {"value": spoken(example.served.value), "status": str(example.served.status)},
                "rule": {"value": spoken(example.ruled.value), "status": str(example.ruled.status)},
                "why": why(example),
            }
            for example in found.examples
        ],
        "findings": [{"code": one.code, "claim": one.claim, "cause": one.cause} for one in found.findings],
    }


def why(example: Example) -> str | None:
    """The command that explains what the rule says; None for what is computed of the request."""
    if example.computed:
        return None
    _, view, _, feature = example.key
    keys = [f"{name}={spoken(value)}" for name, value in example.keys.items()]
    at = example.at.isoformat().replace("+00:00", "Z")
    return shlex.join(["featurec", "why", f"{view}:{feature}", *keys, "--at", at])


def _example(example: Example) -> Iterator[Line]:
    _, view, role, feature = example.key
    keys = ", ".join(f"{name}={spoken(value)}" for name, value in example.keys.items())
    at = example.requested_at.isoformat().replace("+00:00", "Z")
    yield line((f"{example.outcome}: ", "warning"), f"{_name(view, role, feature)} of {keys or 'a request'} at {at}")
    served, ruled = example.served, example.ruled
    yield line(("  served  ", "dim"), f"{spoken(served.value)} ({served.status})")
    yield line(("  rule    ", "dim"), f"{spoken(ruled.value)} ({ruled.status})")
    if (command := why(example)) is not None:
        yield line(("  why     ", "dim"), command)
    yield line()


def _name(view: str, role: str, feature: str) -> str:
    return f"{view}:{feature}" if role == view else f"{view}:{feature} as {role}"


def _seen(found: Replay) -> list[Outcome]:
    return [outcome for outcome in Outcome if outcome is Outcome.MATCH or found.total[outcome]]


def _cell(counts: "Counter[Outcome]", outcome: Outcome) -> str:
    return f"{counts[outcome]:,}" if counts[outcome] else ""


def _counted(counts: "Counter[Outcome]") -> dict[str, Json]:
    return {str(outcome): counts[outcome] for outcome in Outcome}
