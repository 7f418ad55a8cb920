"""What `featurec test` does around the tests themselves: which are run, what is printed, where the report goes."""

import time
from collections.abc import Collection, Sequence
from pathlib import Path

from featurec.cli.writing import writable
from featurec.compiler import AnalyzedProject
from featurec.expectations import UnitTest
from featurec.report.console import Console
from featurec.report.outcome import Outcome
from featurec.report.testing import outcome_lines, summary
from featurec.report.testing_json import as_object
from featurec.spec import FeatureView


def chosen_unit_tests(analyzed: AnalyzedProject, names: Collection[str] | None) -> list[UnitTest]:
    """The unit tests of the chosen views; of all where none were chosen."""
    tests = analyzed.project.unit_tests
    return [test for test in tests if names is None or test.view in names]


def chosen_nodes(analyzed: AnalyzedProject, names: Collection[str] | None) -> list[str]:
    """Sources, then views, that have tests: those chosen and what these read; all where none were chosen."""
    chosen = [name for name in analyzed.order if names is None or name in names]
    read = {key for name in chosen for key in analyzed.views[name].relations}
    sources = [
        key
        for key, table in analyzed.project.sources.items()
        if (table.tests or table.freshness) and (names is None or key in read)
    ]
    specs = [analyzed.views[name].spec for name in chosen]
    return sources + [
        spec.key
        for spec in specs
        if isinstance(spec, FeatureView) and not spec.inputs and (spec.tests or spec.freshness)
    ]


class Told:
    """Outcomes as they come, each printed at once."""

    def __init__(self, console: Console, fail_fast: bool) -> None:
        self.console = console
        self.fail_fast = fail_fast
        self.outcomes: list[Outcome] = []
        self._started = time.monotonic()

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be run."""
        return self.fail_fast and any(outcome.failed for outcome in self.outcomes)

    def tell(self, outcome: Outcome) -> None:
        """Print an outcome; under ``--quiet`` only what failed."""
        self.outcomes.append(outcome)
        if self.console.quiet and not outcome.failed:
            return
        if self.console.format == "json":
            self.console.event("test_finished", **as_object(outcome))
            return
        for pieces in outcome_lines(outcome):
            self.console.say(pieces)

    def note_computed(self, views: Sequence[str]) -> None:
        """Say which views were not read from tables."""
        if views:
            named = ", ".join(views)
            self.console.note(("computed from SQL, as no table is up to date: ", "dim"), named)

    def finish(self) -> None:
        """Print how many tests went how."""
        if not self.outcomes:
            self.console.note("there is no test to run")
        elif self.console.format == "text":
            if self.stopped:
                self.console.note(("stopped at the first failure", "dim"))
            self.console.say(summary(self.outcomes, time.monotonic() - self._started))


def write_report(console: Console, outcomes: Sequence[Outcome], form: str, out: Path | None) -> None:
    """Write the report as a document; as text it is what was printed already, and goes to a file only."""
    if form == "json":
        from featurec.report.testing_json import document
    elif form == "junit":
        from featurec.report.testing_junit import document
    elif out is not None:
        from featurec.report.testing import text as document
    else:
        return
    content = document(outcomes)
    if out is None:
        console.result(content)
        return
    with writable(str(out.parent)):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(console.without_secrets(content), encoding="utf-8")
