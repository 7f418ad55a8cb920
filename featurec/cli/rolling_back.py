"""What `run --rollback` does: chosen views go back to the version that readers saw before."""

import secrets
from pathlib import Path

from featurec import clock
from featurec.cli.opening import chosen_names, loaded, opened_target
from featurec.cli.running import Invocation
from featurec.compiler import AnalyzedProject, analyze_project
from featurec.diagnostic import Diagnostic
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.errors import CannotOperate
from featurec.online.postgres import open_store
from featurec.report.console import Console
from featurec.run.rollback import RolledBack, earlier, rollback
from featurec.run.state import State
from featurec.spec import FeatureView


def roll_back(console: Console, asked: Invocation) -> int:
    """Switch back and say what readers see; the exit code."""
    if asked.due or asked.full_refresh or asked.event_time_start or asked.event_time_end:
        fix = "leave out --due, --full-refresh and --event-time-start/--event-time-end"
        raise CannotOperate([Diagnostic("FC951", "--rollback computes nothing", fix=fix)])
    now, run_id = clock.now(), secrets.token_hex(8)
    found = loaded(asked.project_dir, asked.target, asked.vars, cached=True)
    target = opened_target(console, found.project, asked.target)
    compilation = analyze_project(found)
    analyzed = compilation.analyzed
    names = chosen_names(compilation, asked.select, asked.exclude, asked.state)
    root, wait = Path(found.project.root), 10.0 if asked.wait is None else asked.wait
    engine = open_engine(target, found.project, root, Access(write=True, wait=wait))
    try:
        state = State(engine)
        state.prepare(now)
        views = [n for n in analyzed.order if _has_table(analyzed, n) and (names is None or n in names)]
        if names is None:
            views = [n for n in views if earlier(state.activations(n), state.versions(n)) is not None]
            if not views:
                fix = "see `featurec state`"
                console.report([Diagnostic("FC966", "no view has a version that readers could go back to", fix=fix)])
                return 1
        store = open_store(target, root) if target.online is not None and asked.export else None
        try:
            with engine.lease(views, run_id, now, wait):
                state.start_run(run_id, now)
                results = rollback(engine, store, analyzed, views, now, run_id)
                active = {version.view for version in state.versions() if version.active}
                failed = any(one.status == "error" for one in results)
                state.finish_run(run_id, clock.now(), int(failed), ())
        finally:
            if store is not None:
                store.close()
    finally:
        engine.close()
    _tell(console, analyzed, results, active)
    return int(failed)


def _has_table(analyzed: AnalyzedProject, view: str) -> bool:
    spec = analyzed.views[view].spec
    return isinstance(spec, FeatureView) and not spec.inputs


def _tell(console: Console, analyzed: AnalyzedProject, results: list[RolledBack], active: set[str]) -> None:
    back = {one.view: one.version for one in results if one.version is not None}
    for one in results:
        if one.version is not None:
            built = f"{one.version.built_at:%Y-%m-%d %H:%M:%S}"
            what = f"{one.view} to {one.version.table}, built at {built} UTC" + (
                f"; {one.message}" if one.message else ""
            )
            console.note(("rolled back ", "success"), what, view=one.view, table=one.version.table)
    console.report([finding for one in results for finding in one.findings])
    for name in back:
        below = [
            n for n, view in analyzed.views.items() if f"view.{name}" in view.relations and n in active - set(back)
        ]
        if below:
            told = f"{', '.join(below)}: computed from the later version of {name}, and left as it is"
            console.note(("  ", "dim"), told)
    newer = [name for name, version in back.items() if version.fingerprint != analyzed.views[name].fingerprint]
    if newer:
        what = f"take back the change of {', '.join(newer)} too: the next run goes forward to it again"
        console.note(("next: ", "dim"), what)
