"""What `plan` looks at: the project as it is, and what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from featurec import clock
from featurec.analysis.affected import Requests, affected
from featurec.analysis.changes import Comparison
from featurec.cli.opening import chosen_names, loaded, opened_target
from featurec.cli.stored import Stored, stored_manifest
from featurec.cli.writing import write_cache
from featurec.compiler import AnalyzedProject, analyze_project
from featurec.diagnostic import Diagnostic, Severity
from featurec.errors import CannotOperate
from featurec.report.console import Console
from featurec.report.plan import PlanReport
from featurec.run.intervals import Asked
from featurec.run.look import reading
from featurec.run.planned import below, compared, compared_with_target, planned
from featurec.run.shift import ViewShift, shift
from featurec.run.state import State
from featurec.spec import Target

_OF_SERVICES = ("FC216", "FC217")
"""Findings of services that ask for what is no longer there: what a plan tells, too."""


@dataclass(frozen=True)
class Judged:
    """A project that can be planned.

    Attributes:
        target: None where it is compared with a stored manifest.
        chosen: views that were selected; None for all.
    """

    analyzed: AnalyzedProject
    target: Target | None
    stored: Stored | None
    path: Path | None
    chosen: Sequence[str] | None


def judge(
    console: Console,
    project_dir: Path | None,
    target: str | None,
    select: Sequence[str] | None,
    exclude: Sequence[str] | None,
    state: Path | None,
    vars: str | None,
    sample: int | None,
) -> Judged | None:
    """Analyze the project; None where it has errors, which are told."""
    if sample is not None and state is not None:
        cause, fix = "a manifest has no values to compare with", "leave out --state"
        raise CannotOperate([Diagnostic("FC951", "--sample reads a target's tables", None, cause, fix)])
    found = loaded(project_dir, target, vars, cached=True)
    stored = stored_manifest(state, Path(found.project.root)) if state is not None else None
    compilation = analyze_project(found)
    if found.cache:
        write_cache(found.cache)
    console.report(compilation.diagnostics, files=len(found.project.files))
    if any(d.severity is Severity.ERROR and d.code not in _OF_SERVICES for d in compilation.diagnostics):
        return None
    chosen = chosen_names(compilation, select, exclude, state)
    opened = opened_target(console, found.project, target) if stored is None else None
    return Judged(compilation.analyzed, opened, stored, state, chosen)


def plan_report(judged: Judged, full_refresh: bool) -> PlanReport:
    """What has changed, and what a run would write."""
    analyzed = judged.analyzed
    services: dict[str, list[tuple[str, Sequence[str] | None]]] = {
        name: [(asked.view, asked.features) for asked in service.features]
        for name, service in analyzed.project.services.items()
    }
    if judged.target is None:
        assert judged.stored is not None
        found = _chosen(judged, compared(judged.stored.views, analyzed))
        together: Requests = {
            name: [*services.get(name, ()), *judged.stored.services.get(name, ())]
            for name in {*services, *judged.stored.services}
        }
        return PlanReport(f"{judged.path}", found, affected(together, found), below(analyzed), {})
    views = [name for name in analyzed.order if judged.chosen is None or name in judged.chosen]
    with reading(analyzed, judged.target) as (engine, home):
        found = _chosen(judged, compared_with_target(engine, analyzed))
        work = planned(engine, analyzed, views, home, Asked(clock.now(), full_refresh))
    against = f"target {judged.target.name}"
    return PlanReport(against, found, affected(services, found), below(analyzed), work)


def _chosen(judged: Judged, found: Sequence[Comparison]) -> list[Comparison]:
    return [one for one in found if judged.chosen is None or one.view in judged.chosen]


def sampled(judged: Judged, report: PlanReport, entities: int, seed: str) -> list[ViewShift]:
    """How the values of the views shift that change in value, parents first."""
    assert judged.target is not None
    changed = [one for one in report.views if one.status in ("changed", "parent") and one.grade in ("values", "keys")]
    found = []
    with reading(judged.analyzed, judged.target) as (engine, home):
        active = {version.view: version for version in State(engine).versions() if version.active}
        for one in changed:
            if one.grade == "keys":
                found.append(ViewShift(one.view, reason="its rows are told apart by other keys or times"))
            elif one.view in active:
                found.append(shift(engine, judged.analyzed, active[one.view], home, entities, seed))
    return found
