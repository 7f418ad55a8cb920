"""Brings offline tables up to date and exports what they hold, view by view, parents first."""

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from featurec import clock
from featurec.compiler import AnalyzedProject, BuiltTable, Physical, Range
from featurec.diagnostic import Diagnostic, Severity
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.errors import CannotOperate, FeaturecError, Terminated
from featurec.online.postgres import open_store
from featurec.online.protocol import OnlineStore
from featurec.run.attempts import attempts, while_moved
from featurec.run.build import Built, build_view
from featurec.run.collect import Collecting, collect, collectable, grace_of, retire_missing
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
from featurec.run.failed_tests import test_findings
from featurec.run.interruption import left_by
from featurec.run.intervals import Asked
from featurec.run.lateness import late_findings
from featurec.run.state import State, physical
from featurec.run.testing import TestResult, run_tests, store_failures
from featurec.spec import FeatureView, Target


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about its work.

    Attributes:
        export: whether to write to the online store, where the target has one.
        full_refresh: compute tables anew, whatever is there.
        restated: event times to be computed anew, and nothing else.
        fail_fast: begin nothing more after the first failure.
        wait: seconds to wait for another run that holds a view or the database.
        retries: how often a step is tried again after a fault that may pass.
        withheld: view -> why neither it nor what depends on it is run.
    """

    export: bool = True
    full_refresh: bool = False
    restated: Range | None = None
    fail_fast: bool = False
    wait: float = 10.0
    retries: int = 3
    withheld: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What a step did, for its result. ``failed``: something of it is an error, and yet it was written."""

    rows: int
    table: str
    dropped: int | None = None
    message: str = ""
    findings: tuple[Diagnostic, ...] = ()
    failed: bool = False


def run(
    analyzed: AnalyzedProject,
    target: Target,
    views: Collection[str],
    now: datetime,
    reporter: Reporter,
    options: RunOptions = RunOptions(),
) -> RunResult:
    """Build the chosen views, then export those that are online. A failed view skips what depends on it.

    Args:
        target: with its settings filled in.
        views: names of feature views; on-demand views have no table and are left out.
        now: the instant of the run, which exports are as-of.

    Raises CannotOperate where the stores cannot be opened at all, or where another run holds a view (FC938). What is lost
    later ends the run, with results. The exception of a signal goes on after the last event, whose result says what was done.
    """
    chosen = [name for name in analyzed.order if name in views and not _spec(analyzed, name).inputs]
    specs = {name: _spec(analyzed, name) for name in chosen}
    exported = options.export and target.online is not None
    online = [name for name, spec in specs.items() if exported and spec.online and (spec.features or spec.aggregations)]
    stores = _Stores(analyzed, target, bool(online), options.wait)
    try:
        work = _Run(analyzed, stores, target.name, now, reporter, options, len(chosen) + len(online))
        if options.export or target.online is None:
            whole = set(analyzed.project.views) if set(analyzed.order) <= set(views) else None
            work.collecting = Collecting(grace_of(target), whole)
        return work.run(chosen, online)
    finally:
        stores.close()


class _Stores:
    """The sessions of a run, which may be opened anew after a fault."""

    def __init__(self, analyzed: AnalyzedProject, target: Target, online: bool, wait: float) -> None:
        self._analyzed = analyzed
        self._target = target
        self._online = online
        self._wait = wait
        self.engine: Engine = self._engine()
        self.store: OnlineStore | None = None
        try:
            self.store = self._store()
        except BaseException:
            self.engine.close()
            raise

    def reopen(self) -> None:
        """Sessions anew. Raises FeaturecError where there are none to be had."""
        self.close()
        self.engine = self._engine()
        self.store = self._store()

    def close(self) -> None:
        with suppress(FeaturecError):  # of a session that is lost already
            self.engine.close()
        if self.store is not None:
            with suppress(FeaturecError):
                self.store.close()
            self.store = None

    def online_store(self) -> OnlineStore | None:
        """The target's online store, whether or not anything is exported; None for a target without one."""
        if self.store is None and self._target.online is not None:
            self.store = open_store(self._target, Path(self._analyzed.project.root))
        return self.store

    def _engine(self) -> Engine:
        root = Path(self._analyzed.project.root)
        return open_engine(self._target, self._analyzed.project, root, Access(write=True, wait=self._wait))

    def _store(self) -> OnlineStore | None:
        return open_store(self._target, Path(self._analyzed.project.root)) if self._online else None


@dataclass
class _Run:
    """One run on its way: results of the steps that ended, and where the views live by now."""

    analyzed: AnalyzedProject
    stores: _Stores
    target: str
    now: datetime
    report: Reporter
    options: RunOptions
    total: int
    run_id: str = field(default_factory=lambda: secrets.token_hex(8))
    results: list[StepResult] = field(default_factory=list)
    without: dict[str, str] = field(default_factory=dict)
    number: int = 0
    stopped: str = ""
    lost: bool = False
    interrupted: int | None = None
    home: Physical = field(default_factory=Physical)
    leased: Callable[[], None] = field(default=lambda: None)
    collecting: Collecting | None = None
    notes: list[str] = field(default_factory=list)

    def run(self, chosen: list[str], online: list[str]) -> RunResult:
        """Every step in order; after a lost session, or a signal, nothing more is begun. A bug counts as a lost session."""
        started, clock_start = clock.now(), time.monotonic()
        attempts(lambda: State(self.stores.engine).prepare(self.now), self.options.retries, self.stores.reopen)
        lease = self.stores.engine.lease(chosen, self.run_id, started, self.options.wait)
        with lease as self.leased:
            self.report(RunStarted(self.run_id, self.target, tuple(chosen), started))
            State(self.stores.engine).start_run(self.run_id, self.now)
            self.home = self._home()
            try:
                self._steps(chosen, online)
            except (KeyboardInterrupt, Terminated):
                raise
            except BaseException:
                self.lost = True
                raise
            finally:
                seconds = time.monotonic() - clock_start
                result = RunResult(
                    self.run_id,
                    self.target,
                    started,
                    clock.now(),
                    seconds,
                    tuple(self.results),
                    self.lost,
                    self.interrupted,
                    tuple(self.notes),
                )
                self._record(result)
                self.report(RunFinished(result))
        return result

    def _steps(self, chosen: list[str], online: list[str]) -> None:
        signal: BaseException | None = None
        steps = [(name, "build") for name in chosen] + [(name, "export") for name in online]
        for name, step in steps:
            try:
                if step == "build":
                    self._step(name, "build", self._build, self._blocked(name))
                else:
                    self._step(name, "export", self._export, "it was not built" if name in self.without else None)
            except (KeyboardInterrupt, Terminated) as stopping:
                signal = stopping
                self._interrupt(stopping)
        if signal is not None:
            raise signal
        if self.collecting is not None and not self.stopped:
            self._collect(self.collecting)

    def _collect(self, collecting: Collecting) -> None:
        """Drop versions that nobody goes back to any more. That it fails is no failure of the run."""
        try:
            state = State(self.stores.engine)
            if collecting.views is not None:
                self.notes += retire_missing(state, self.analyzed.project.name, collecting, self.now)
            if collectable(state, collecting.grace, self.now):
                self.notes += collect(self.stores.engine, self.stores.online_store(), collecting.grace, self.now)
        except FeaturecError as error:
            self.notes.append(f"old versions stay until the next run: {error.diagnostics[0].claim}")

    def _blocked(self, view: str) -> str | None:
        if view in self.options.withheld:
            return self.options.withheld[view]
        parents = [key.partition(".")[2] for key in self.analyzed.views[view].relations if key.startswith("view.")]
        found = next((parent for parent in parents if parent in self.without), None)
        return found and f"`{found}`, which it reads, was not built"

    def _step(self, view: str, step: Step, work: Callable[[str], Written], blocked: str | None) -> None:
        """One step, and its result. A signal goes on when its result is told."""
        self.number += 1
        started, clock_start = clock.now(), time.monotonic()
        status: Status = "success"
        written: Written | None = None
        findings: tuple[Diagnostic, ...] = ()
        message = self.stopped or blocked or ""
        signal: BaseException | None = None
        if message:
            status = "skipped"
        else:
            self.report(StepStarted(view, step, self.number, self.total, started))
            try:
                done, tries = attempts(lambda: work(view), self.options.retries, self.stores.reopen)
                written, message, findings = done, f"{done.message}{_at(tries)}".strip(), done.findings
                status = "error" if done.failed else "success"
            except FeaturecError as error:
                status, findings = "error", error.diagnostics
                message = "; ".join(d.claim for d in findings)
                self.lost = isinstance(error, CannotOperate)
                self.stopped = self._stopping()
            except (KeyboardInterrupt, Terminated) as stopping:
                self._interrupt(stopping)
                status, message, signal = (
                    "error",
                    left_by(step, self.stores.engine, self.analyzed.views[view].fingerprint, view, self.run_id),
                    stopping,
                )
        if written is None and step == "build":
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
        if signal is not None:
            raise signal

    def _interrupt(self, signal: BaseException) -> None:
        self.interrupted = 130 if isinstance(signal, KeyboardInterrupt) else 143
        self.stopped = "the run was interrupted"

    def _stopping(self) -> str:
        if self.lost:
            return "the database was lost"
        return "an earlier step failed" if self.options.fail_fast else ""

    def _build(self, view: str) -> Written:
        asked = Asked(self.now, self.options.full_refresh, self.options.restated)
        engine = self.stores.engine
        # Another run may have built a parent anew since this one began.
        self.home = self._home()
        tested: tuple[TestResult, ...] = ()

        def check(table: BuiltTable) -> None:
            nonlocal tested
            tested = run_tests(engine, self.analyzed, view, table, self.home, self.now)
            if any(result.blocks for result in tested):
                raise FeaturecError(list(test_findings(tested)))
            self.leased()

        try:
            built = while_moved(
                lambda: build_view(engine, self.analyzed, view, self.home, asked, self.run_id, check),
                lambda: self._has_moved(view),
            )
        finally:
            # The rows that failed are kept, also where the build that made them was taken back.
            if tested:
                store_failures(engine, tested, self.run_id, self.now)
        self.home = Physical(self.home.schema, {**self.home.built, view: built.table}, self.home.data_root)
        version = built.version
        message = ". ".join(filter(None, (_told(built), self._dropped(built))))
        findings = (*late_findings(_spec(self.analyzed, view), built.late), *test_findings(tested))
        failed = any(finding.severity is Severity.ERROR for finding in findings)
        return Written(built.rows, f"{engine.schema}.{version.table}", version.dropped, message, findings, failed)

    def _has_moved(self, view: str) -> bool:
        """Whether another run has since taken away a table that a view reads; then the others are where they are now."""
        before, self.home = self.home, self._home()
        parents = (key.partition(".")[2] for key in self.analyzed.views[view].relations if key.startswith("view."))
        return any(before.built.get(parent) != self.home.built.get(parent) for parent in parents)

    def _home(self) -> Physical:
        fingerprints = {name: view.fingerprint for name, view in self.analyzed.views.items()}
        return physical(self.stores.engine, fingerprints, self.analyzed.project.root)

    def _dropped(self, built: Built) -> str:
        """Tables that nobody reads any more go; what of them stays, for people."""
        for old in built.superseded:
            try:
                State(self.stores.engine).forget(old)
            except CannotOperate:
                raise
            except FeaturecError:
                return f"`{old.table}` is in use and stays until the next run"
        return ""

    def _export(self, view: str) -> Written:
        store = self.stores.store
        assert store is not None
        exported = export_view(self.analyzed, view, self.stores.engine, store, self.home, self.now)
        done = exported.published
        notes: Mapping[str, int] = {
            "unchanged": done.unchanged,
            "older than what is there": done.stale,
            "removed": done.removed,
        }
        counts = ", ".join(f"{count:,} {what}" for what, count in notes.items() if count)
        remark = " ".join(filter(None, (exported.remark, counts and f"({counts})")))
        return Written(done.rows, view, done.rejected or None, remark, exported.findings)

    def _record(self, result: RunResult) -> None:
        """Record how the run ended, where there still is a database; whoever lost it knows."""
        with suppress(FeaturecError):
            State(self.stores.engine).finish_run(self.run_id, result.completed_at, result.exit_code, result.steps)


def _told(built: Built) -> str:
    """What a build did and why, for people; nothing of a first one."""
    match built.work.kind:
        case None:
            return built.work.reason
        case "full":
            return "" if built.switched and not built.superseded else f"computed in full, as {built.work.reason}"
        case "restatement":
            return "event times computed anew"
    return f"only what is new: {built.work.reason}"


def _at(attempt: int) -> str:
    return "" if attempt == 1 else f" (at the { ({2: 'second', 3: 'third'}.get(attempt) or f'{attempt}th') } attempt)"


def _spec(analyzed: AnalyzedProject, view: str) -> FeatureView:
    spec = analyzed.views[view].spec
    assert isinstance(spec, FeatureView)
    return spec
