"""What a target has of each view: versions, the event times that are written, what its sources were like, who is at work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from featurec.codegen import render_sql
from featurec.compiler import AnalyzedProject, Range
from featurec.engines.protocol import Engine
from featurec.engines.tables import STATE_SCHEMA
from featurec.online.protocol import OnlineStore, StoredVersion
from featurec.run.collect import goes_at
from featurec.run.due import next_ticks
from featurec.run.intervals import complete_until, coverage, missing
from featurec.run.state import Arrival, RecordedRun, State, Version

RUNS = 5
"""Last runs that are shown."""


@dataclass(frozen=True)
class Lease:
    """A run that has a view for itself."""

    host: str
    pid: int
    since: datetime
    run_id: str


@dataclass(frozen=True)
class ViewStatus:
    """What there is of one view.

    Attributes:
        declared: whether the project has it.
        active: the version that readers see; None where there is none.
        seen_since: since when.
        current: whether it is of the definition that the project has now; None where that is not known.
        retired: versions that readers see no more, and when each may be dropped.
        covered: event times that are written.
        gaps: event times that a run would have to write.
        until: the end of the last interval that is over; None for a view without intervals.
        arrivals: what the relations that it reads were like when its table was last written.
        online: versions in the online store, the one that readers see first.
        lease: who has it for itself now; None where nobody has, or nobody could have while this looks.
        last_success: when it was last brought up to date.
        next_tick: of its schedule.
    """

    view: str
    declared: bool
    active: Version | None = None
    seen_since: datetime | None = None
    current: bool | None = None
    retired: tuple[tuple[Version, datetime], ...] = ()
    covered: tuple[Range, ...] = ()
    gaps: tuple[Range, ...] = ()
    until: datetime | None = None
    arrivals: tuple[Arrival, ...] = ()
    online: tuple[StoredVersion, ...] = ()
    lease: Lease | None = None
    last_success: datetime | None = None
    next_tick: datetime | None = None


@dataclass(frozen=True)
class Status:
    """What there is of a target, and how its last runs ended, the newest first."""

    views: tuple[ViewStatus, ...]
    runs: tuple[RecordedRun, ...]


def status(
    engine: Engine,
    store: OnlineStore | None,
    analyzed: AnalyzedProject,
    views: Sequence[str] | None,
    grace: timedelta,
    now: datetime,
) -> Status:
    """Look at all of it; nothing is written. Without any state there are views and nothing of them.

    Args:
        views: that were chosen; None for all of the project, and those that are left of what it had.
        grace: the target's ``keep_versions``.
    """
    looking = _Looking(engine, store, analyzed, grace, now)
    project = analyzed.project
    declared = [name for name, spec in sorted(project.views.items()) if not spec.inputs]
    gone = sorted(looking.versions.keys() - project.views.keys())
    names = [*declared, *gone] if views is None else [name for name in declared if name in views]
    runs = tuple(looking.state.runs(RUNS)) if looking.there else ()
    return Status(tuple(looking.view(name) for name in names), runs)


class _Looking:
    """What is asked of the stores once for all views."""

    def __init__(
        self, engine: Engine, store: OnlineStore | None, analyzed: AnalyzedProject, grace: timedelta, now: datetime
    ) -> None:
        self.state = State(engine)
        self.there = self.state.exists()
        self.versions: dict[str, list[Version]] = {}
        for version in self.state.versions():
            self.versions.setdefault(version.view, []).append(version)
        self._online: dict[str, list[StoredVersion]] = {}
        for stored in store.versions() if store is not None else ():
            self._online.setdefault(stored.view.name, []).append(stored)
        self._leases = _leases(engine) if self.there else {}
        self._success = self.state.last_success()
        self._ticks = next_ticks(analyzed.project.views, now, analyzed.project.timezone)
        self._analyzed = analyzed
        self._grace = grace
        self._now = now

    def view(self, name: str) -> ViewStatus:
        versions = self.versions.get(name, [])
        active = next((version for version in versions if version.active), None)
        spec = self._analyzed.project.views.get(name)
        found = self._analyzed.views.get(name)
        writes = self.state.writes(active.table) if active else []
        until = complete_until(spec, self._now) if spec else None
        covered = coverage(writes)
        seen = (
            (at for at in self.state.activations(name) if active and at.table == active.table) if active else iter(())
        )
        return ViewStatus(
            name,
            spec is not None,
            active,
            next((activation.at for activation in seen), None),
            active.fingerprint == found.fingerprint if active and found else None,
            tuple((version, end) for version in versions if (end := goes_at(version, self._grace)) is not None),
            tuple(covered),
            tuple(missing(Range(None, until), covered)) if spec and writes else (),
            until,
            tuple(found for _, found in sorted(self.state.arrivals(active.table).items())) if active else (),
            tuple(self._online.get(name, ())),
            self._leases.get(name),
            self._success.get(name),
            self._ticks.get(name),
        )


def _leases(engine: Engine) -> Mapping[str, Lease]:
    """View -> who holds its lease. A DuckDB file that can be looked at is nobody else's."""
    if engine.dialect.name != "postgres":
        return {}
    sql = render_sql("state/leases.sql", engine.dialect, state_schema=STATE_SCHEMA, schema=engine.schema)
    return {
        row["view_name"]: Lease(row["host"], row["pid"], datetime.fromisoformat(row["since"]), row["run_id"])
        for row in engine.query(sql)
    }
