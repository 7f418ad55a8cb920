"""What is said of rows that came later than a view allows for."""

from collections.abc import Iterable, Iterator
from datetime import UTC

from featurec.diagnostic import Diagnostic, Severity
from featurec.run.intervals import Late
from featurec.spec import FeatureView


def late_findings(view: FeatureView, late: Iterable[Late]) -> Iterator[Diagnostic]:
    """FC937 for the rows of each relation that are not in the view's table."""
    for found in late:
        name, count = found.relation.partition(".")[2], abs(found.count)
        before = f"{found.settled_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        if found.count > 0:
            yield Diagnostic(
                "FC937",
                f"{count:,} rows of `{name}` came too late for `{view.name}`",
                view.spans.get("max_lateness"),
                f"they became known before {before}, by the times that they carry, but were not there when the last run read "
                "that far; `max_lateness` says that none would come",
                f"run `featurec run --select {view.name} --event-time-start … --event-time-end …` with the times that they "
                "are of, or --full-refresh; raise `max_lateness` if it happens again",
                severity=Severity.WARNING,
            )
        else:
            yield Diagnostic(
                "FC937",
                f"{count:,} rows of `{name}` that `{view.name}` was computed from are gone",
                view.spans.get("max_lateness"),
                f"they became known before {before}; the table keeps what they gave",
                f"run `featurec run --select {view.name} --full-refresh` if what was deleted should go from the features too",
                severity=Severity.WARNING,
            )
