"""What became of generated queries, counted; a test tells it by ``record_property(TALLY, ...)``, pytest prints it at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

TALLY = "what became of generated queries"


class Report(Protocol):
    """What pytest reports of a test."""

    when: str
    user_properties: Sequence[tuple[str, object]]


def lines(reports: Iterable[Report]) -> list[str]:
    """The sum over all tests that counted queries, in words; nothing if none did."""
    total: Counter[str] = Counter()
    for report in reports:
        for name, counted in report.user_properties if getattr(report, "when", None) == "call" else ():
            if name == TALLY and isinstance(counted, Mapping):
                total.update(counted)
    if not total:
        return []
    refused = total["refused"] + total["broken"]
    return [
        f"{total['queries']:,} generated queries: {total['proved']:,} proved, {total['refuted']:,} refuted, "
        f"{total['unproved']:,} unproved, {total['latest']:,} right but only for the newest rows, {refused:,} not legal; "
        f"of the refuted {total['shown']:,} have a counterexample"
    ]
