"""What `run`, `build` and `retry` share: compile, run, write what was done, say it."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from featurec import clock
from featurec.cli.arguments import instant
from featurec.cli.compiling import compile_loaded, write
from featurec.cli.opening import chosen_names, loaded, opened_target
from featurec.cli.testing import Told, chosen_unit_tests
from featurec.cli.writing import writable
from featurec.compiler import AnalyzedProject, Compilation, Loaded, Range
from featurec.diagnostic import Diagnostic, Severity, has_errors
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate
from featurec.report.console import Console
from featurec.report.outcome import of_unit
from featurec.report.progress import reporting, summary
from featurec.run import openlineage
from featurec.run.due import due, with_unscheduled_parents
from featurec.run.events import Event, RunFinished, RunResult, write_results
from featurec.run.look import last_runs
from featurec.run.run import RunOptions, run
from featurec.run.unit_tests import unit_results
from featurec.spec import Project, Target

RESULTS = "run_results.json"


@dataclass(frozen=True)
class Invocation:
    """What was asked for on the command line; the values that `retry` needs again are in run_results.json."""

    project_dir: Path | None
    target: str | None
    select: Sequence[str] | None = None
    exclude: Sequence[str] | None = None
    vars: str | None = None
    due: bool = False
    export: bool = True
    allow_leakage: bool = False
    full_refresh: bool = False
    event_time_start: str | None = None
    event_time_end: str | None = None
    fail_fast: bool = False
    warn_error: bool = False
    wait: float | None = None
    retries: int = 3
    unit: bool = False
    state: Path | None = None

    def restated(self, zone: str) -> Range | None:
        """The event times that are to be computed anew. Raises CannotOperate (FC952)."""
        start, end = self.event_time_start, self.event_time_end
        if start is None and end is None:
            return None
        if start is None or end is None:
            raise _refused("--event-time-start and --event-time-end come together", "give both, as times or dates")
        found = Range(instant(start, zone, "--event-time-start"), instant(end, zone, "--event-time-end"))
        if found.start and found.end and found.start >= found.end:
            raise _refused(
                "--event-time-end is not after --event-time-start", "rows of start ≤ event time < end are computed"
            )
        if self.full_refresh:
            raise _refused("--full-refresh computes all event times", "leave out the other options, or --full-refresh")
        return found


def run_views(console: Console, asked: Invocation, only: Collection[str] | None = None) -> int:
    """Run the chosen views; the exit code.

    Args:
        only: views beside which no others are run, whatever is selected.
    """
    now = clock.now()
    found = loaded(asked.project_dir, asked.target, asked.vars, cached=True)
    restated = asked.restated(found.project.timezone)
    target = opened_target(console, found.project, asked.target)
    compiled = compile_loaded(found, get(target.type), target.name, allow_leakage=asked.allow_leakage)
    write(compiled, target.name)
    console.report(compiled.findings, files=len(found.project.files))
    if has_errors(compiled.findings):
        return 1
    analyzed = compiled.compilation.analyzed
    names = chosen_names(compiled.compilation, asked.select, asked.exclude, asked.state)
    views = [n for n in analyzed.order if (names is None or n in names) and (only is None or n in only)]
    if asked.due:
        views = _due(analyzed, target, views, now)
        if not views:
            console.note("nothing is due")
            return 0
    failing = _failing_units(console, found, compiled.compilation, views, asked) if asked.unit else {}
    options = RunOptions(
        asked.export,
        asked.full_refresh,
        restated,
        asked.fail_fast,
        10.0 if asked.wait is None else asked.wait,
        asked.retries,
        failing,
    )
    finished = _Finished(console, found.project, target, asked)
    sending = partial(
        openlineage.reporting,
        found.project,
        target,
        analyzed,
        compiled.files,
        environment=os.environ,
        warn=lambda text: console.note(("lineage: ", "warning"), text),
    )
    with reporting(console) as shown, sending(reporter=shown) as reporter:

        def tell(event: Event) -> None:
            reporter(event)
            if isinstance(event, RunFinished):
                finished.write(event.result)

        result = run(analyzed, target, views, now, tell, options)
    finished.tell(result)
    return finished.exit_code(result) or int(bool(failing))


def _failing_units(
    console: Console, found: Loaded, compilation: Compilation, views: Sequence[str], asked: Invocation
) -> dict[str, str]:
    """View -> which of its unit tests fail, all of which are run and told here."""
    told = Told(console, asked.fail_fast)
    failing: dict[str, str] = {}
    for result in unit_results(found, compilation.analyzed, chosen_unit_tests(compilation.analyzed, views)):
        outcome = of_unit(result)
        told.tell(outcome)
        if outcome.failed:
            failing.setdefault(result.test.view, f"its unit test `{result.test.name}` fails")
    if told.outcomes:
        told.finish()
    return failing


def _due(analyzed: AnalyzedProject, target: Target, views: Sequence[str], now: datetime) -> list[str]:
    """Those of the views whose schedule asks for them now, and what they read that has no schedule."""
    project = analyzed.project
    last = last_runs(target, project)
    ticking = due({name: project.views[name] for name in views}, last, now, project.timezone)
    wanted = with_unscheduled_parents((found.view for found in ticking), analyzed)
    return [name for name in analyzed.order if name in wanted]


@dataclass
class _Finished:
    """Writes what a run did, also of one that a signal stops, and says what it found."""

    console: Console
    project: Project
    target: Target
    asked: Invocation
    told: list[Diagnostic] = field(default_factory=list)

    def write(self, result: RunResult) -> None:
        """What was done, for programs; of a run that was interrupted also for people, since nothing follows."""
        asked = self.asked
        arguments = {
            "target": self.target.name,
            "select": list(asked.select or []),
            "exclude": list(asked.exclude or []),
            "vars": asked.vars,
            "export": asked.export,
            "allow_leakage": asked.allow_leakage,
            "full_refresh": asked.full_refresh,
            "event_time_start": asked.event_time_start,
            "event_time_end": asked.event_time_end,
            "warn_error": asked.warn_error,
        }
        with writable("target/"):
            write_results(result, Path(self.project.root) / "target" / RESULTS, arguments)
        if result.interrupted is not None:
            self.tell(result)

    def tell(self, result: RunResult) -> None:
        """Findings, and the sum of it."""
        self.told = [finding for step in result.steps for finding in step.diagnostics]
        self.console.report(self.told)
        for note in result.notes:
            self.console.note(("  " + note, "dim"))
        if self.console.format == "text":
            self.console.say(summary(result))

    def exit_code(self, result: RunResult) -> int:
        """Of the run; under --warn-error a warning is a failure."""
        if result.exit_code == 0:
            spine = next(iter(self.project.spines), "SPINE")
            service = next(iter(self.project.services), "SERVICE")
            self.console.note(("next: ", "dim"), f"featurec train {spine} --service {service} -o training.parquet")
        elif result.failed and result.interrupted is None:
            self.console.note(("next: ", "dim"), "mend what failed, then: featurec retry")
        warned = any(finding.severity is Severity.WARNING for finding in self.told)
        return 1 if result.exit_code == 0 and warned and self.asked.warn_error else result.exit_code


def _refused(claim: str, fix: str) -> CannotOperate:
    return CannotOperate([Diagnostic("FC952", claim, fix=fix)])
