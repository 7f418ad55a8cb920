"""Brings offline tables up to date and exports what they hold, view by view, parents first."""

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from featurec import clock
from featurec.compiler import AnalyzedProject, Physical
from featurec.diagnostic import Diagnostic
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.errors import CannotOperate, FeaturecError
from featurec.online.postgres import open_store
from featurec.online.protocol import OnlineStore
from featurec.run.build import build_view
from featurec.run.events import (
    Reporter,
    RunFinished,
    RunResult,
    RunStarted,
    Status,
    Step,
    StepFinished,
    StepResult,
    StepStarted,
)
from featurec.run.export import export_view
from featurec.run.state import State, physical
from featurec.spec import FeatureView, Target


@dataclass(frozen=True)
class Written:
    """What a step did, for its result."""

    rows: int
    table: str
    dropped: int | None = None
    message: str = ""


def run(
    analyzed: AnalyzedProject,
    target: Target,
    views: Collection[str],
    now: datetime,
    reporter: Reporter,
    *,
    export: bool = True,
) -> RunResult:
    """Build the chosen views, then export those that are online. A failed view skips what depends on it.

    Args:
        target: with its settings filled in.
        views: names of feature views; on-demand views have no table and are left out.
        now: the instant of the run, which exports are as-of.
        export: whether to write to the online store, where the target has one.

    Raises CannotOperate where the stores cannot be opened at all. What is lost later ends the run, with results.
    """
    project, root = analyzed.project, Path(analyzed.project.root)
    chosen = [name for name in analyzed.order if name in views and not _spec(analyzed, name).inputs]
    specs = {name: _spec(analyzed, name) for name in chosen}
    exported = export and target.online is not None
    online = [name for name, spec in specs.items() if exported and spec.online and (spec.features or spec.aggregations)]
    engine = open_engine(target, project, root, Access(write=True))
    try:
        store = open_store(target, root) if online else None
        try:
            work = _Run(analyzed, engine, store, target.name, now, reporter, len(chosen) + len(online))
            return work.run(chosen, online)
        finally:
            if store is not None:
                store.close()
    finally:
        engine.close()


@dataclass
class _Run:
    """One run on its way: results of the steps that ended, and where the views live by now."""

    analyzed: AnalyzedProject
    engine: Engine
    store: OnlineStore | None
    target: str
    now: datetime
    report: Reporter
    total: int
    run_id: str = field(default_factory=lambda: secrets.token_hex(8))
    results: list[StepResult] = field(default_factory=list)
    without: dict[str, str] = field(default_factory=dict)
    number: int = 0
    lost: bool = False
    home: Physical = field(default_factory=Physical)

    def run(self, chosen: list[str], online: list[str]) -> RunResult:
        """Every step in order; after a lost session nothing more is begun."""
        started, clock_start = clock.now(), time.monotonic()
        self.report(RunStarted(self.run_id, self.target, tuple(chosen), started))
        State(self.engine).prepare()
        fingerprints = {name: view.fingerprint for name, view in self.analyzed.views.items()}
        self.home = physical(self.engine, fingerprints, self.analyzed.project.root)
        for name in chosen:
            parents = [key.partition(".")[2] for key in self.analyzed.views[name].relations if key.startswith("view.")]
            blocked = next((parent for parent in parents if parent in self.without), None)
            self._step(name, "build", self._build, blocked and f"`{blocked}`, which it reads, was not built")
        for name in online:
            self._step(name, "export", self._export, "it was not built" if name in self.without else None)
        seconds = time.monotonic() - clock_start
        result = RunResult(self.run_id, self.target, started, clock.now(), seconds, tuple(self.results), self.lost)
        self.report(RunFinished(result))
        return result

    def _step(self, view: str, step: Step, work: Callable[[str], Written], blocked: str | None) -> None:
        self.number += 1
        started, clock_start = clock.now(), time.monotonic()
        status: Status = "success"
        written: Written | None = None
        findings: tuple[Diagnostic, ...] = ()
        message = ""
        if self.lost:
            status, message = "skipped", "the database was lost"
        elif blocked:
            status, message = "skipped", blocked
        else:
            self.report(StepStarted(view, step, self.number, self.total, started))
            try:
                written = work(view)
                message = written.message
            except FeaturecError as error:
                status, findings = "error", error.diagnostics
                message = "; ".join(d.claim for d in findings)
                self.lost = isinstance(error, CannotOperate)
        if status != "success" and step == "build":
            self.without[view] = message
        result = StepResult(
            view,
            step,
            status,
            started,
            clock.now(),
            time.monotonic() - clock_start,
            written.rows if written else None,
            written.dropped if written else None,
            written.table if written else None,
            message,
            findings,
        )
        self.results.append(result)
        self.report(StepFinished(result, self.number, self.total))

    def _build(self, view: str) -> Written:
        built = build_view(self.engine, self.analyzed, view, self.home, self.now)
        self.home = Physical(self.home.schema, {**self.home.built, view: built.table}, self.home.data_root)
        remark = ""
        for old in built.superseded:
            try:
                State(self.engine).forget(old)
            except CannotOperate:
                raise
            except FeaturecError:
                remark = f"`{old.table}` is in use and stays until the next run"
        version = built.version
        return Written(version.rows, f"{self.engine.schema}.{version.table}", version.dropped, remark)

    def _export(self, view: str) -> Written:
        assert self.store is not None
        exported = export_view(self.analyzed, view, self.engine, self.store, self.home, self.now)
        done = exported.published
        notes: Mapping[str, int] = {
            "unchanged": done.unchanged,
            "older than what is there": done.stale,
            "removed": done.removed,
        }
        counts = ", ".join(f"{count:,} {what}" for what, count in notes.items() if count)
        return Written(done.rows, view, None, " ".join(filter(None, (exported.remark, counts and f"({counts})"))))


def _spec(analyzed: AnalyzedProject, view: str) -> FeatureView:
    spec = analyzed.views[view].spec
    assert isinstance(spec, FeatureView)
    return spec
