"""State of a target's offline store: versions of tables, which of them readers see, what was written into them, and runs.

It lives in schema ``featurec`` of the offline database, and changes in the transaction of the tables that it speaks of.
Tables of an earlier featurec are migrated forward by the next command that writes; until then readers see none of them.
"""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import featurec
from featurec.codegen import ident, render_sql
from featurec.compiler import BuiltTable, Definition, Physical, Range, Statistics
from featurec.diagnostic import Diagnostic
from featurec.engines.protocol import Engine, Row
from featurec.engines.tables import STATE_SCHEMA
from featurec.errors import CannotOperate
from featurec.run.events import StepResult

_LOCK = 0x66656174
"""Number of the lock under which state tables are made."""

MIGRATIONS = ("versions", "runs", "definitions", "marks", "exchanged", "unsettled")
"""Files of ``templates/sql/state/migrations`` in order; one that was released is never changed."""

WriteKind = Literal["full", "incremental", "restatement"]


@dataclass(frozen=True)
class Version:
    """A version of a view that has a table.

    Attributes:
        fingerprint: of the view as it was built.
        table: its name in the target's schema.
        dropped: rows left out as their times are NULL, of those that the last write read.
        unique, ordered: as of ``BuiltTable``.
        built_at: when its table was made, or was last written.
        statistics: of its rows; None where they were built before statistics were taken.
        last_event: the latest finite event time.
        active: whether readers see it.
        retired_at: since when they do not any more; None for one that they see, or never saw.
    """

    view: str
    fingerprint: str
    table: str
    rows: int
    dropped: int
    unique: bool
    ordered: bool
    built_at: datetime
    statistics: Statistics | None = None
    last_event: datetime | None = None
    active: bool = False
    retired_at: datetime | None = None

    @property
    def built(self) -> BuiltTable:
        """The table as plans see it."""
        return BuiltTable(self.table, self.unique, self.ordered, self.statistics)


@dataclass(frozen=True)
class Write:
    """One write into a table: the rows of these ranges are what the view's SQL gave then.

    Attributes:
        number: of the write, rising within a table and from a table to the one that takes its place.
        kind: ``full`` for the one that made the table.
    """

    number: int
    run_id: str
    kind: WriteKind
    ranges: tuple[Range, ...]
    rows: int
    written_at: datetime


@dataclass(frozen=True)
class Arrival:
    """What a relation was like when a table that is computed from it was last written.

    Attributes:
        relation: its key.
        rows: how many it had; those with a time, where it has one.
        settled_at: rows that became known before this instant are not expected to change any more.
        settled, newest: how many those were; when the newest of all became known.
        late: how many rows have come so far that were older than ``settled_at``, and are not in the table.
        parent_table, parent_number: of a view, the table that was read, and the last write into it.
        mark: as of ``Engine.mark``, from before its rows were counted.
        settled_sum, unsettled_sum: what the times of the settled rows add up to, and of the others; None where not looked at.
        histogram: when the settled rows became known, as of ``Histogram.text``; None likewise.
        undated: how many rows more it had, without a time; None likewise.
        contents: what rows without a time were, all those of a source that has no times; None where they do not matter.
    """

    relation: str
    rows: int
    settled_at: datetime | None = None
    settled: int = 0
    newest: datetime | None = None
    late: int = 0
    parent_table: str | None = None
    parent_number: int | None = None
    mark: str | None = None
    settled_sum: str | None = None
    histogram: str | None = None
    undated: int | None = None
    contents: str | None = None
    unsettled_sum: str | None = None


@dataclass(frozen=True)
class Activation:
    """A version that readers saw from an instant on."""

    table: str
    at: datetime
    run_id: str
    reason: str


@dataclass(frozen=True)
class RecordedRun:
    """A run as it is recorded; without an end while it goes on, or where it was killed."""

    run_id: str
    started_at: datetime
    completed_at: datetime | None
    exit_code: int | None
    host: str
    pid: int


class State:
    """The state of one target's offline store, read and written through its session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self, now: datetime) -> None:
        """Make state tables and the target's schema where they are missing, and bring older ones forward.

        Raises CannotOperate (FC936) for state that a newer featurec has written.
        """
        with self._engine.transaction():
            self._run("lock_all", lock=_LOCK)
            self._run("schemas")
            done: int = self._rows("migrations")[0]["number"]
            if done > len(MIGRATIONS):
                raise CannotOperate([_newer(done)])
            for number, name in list(enumerate(MIGRATIONS, 1))[done:]:
                self._run(f"migrations/{number:04}_{name}")
                self._run("migrated", number=number, name=name, at=now)

    def exists(self) -> bool:
        """Whether there is state that this featurec can read."""
        (found,) = self._rows("exists")
        if not found["found"] or not found["counted"]:
            return False
        done: int = self._rows("migrations")[0]["number"]
        if done > len(MIGRATIONS):
            raise CannotOperate([_newer(done)])
        return done == len(MIGRATIONS)

    def lock(self, view: str) -> None:
        """Wait until nobody else writes the view; until the end of the transaction nobody else will."""
        self._run("lock", lock=_LOCK, view=view)

    def versions(self, view: str | None = None) -> list[Version]:
        """Every version with a table, by view, the newest first; none where nothing was ever built."""
        return [_version(row) for row in self._rows("versions", view=view)] if self.exists() else []

    def has_table(self, table: str) -> bool:
        """Whether a table that is recorded is there: people drop tables too."""
        return bool(self._rows("has_table", table=table)[0]["found"])

    def writes(self, table: str, after: int | None = None) -> list[Write]:
        """What was written into a table, in order; with ``after``, only what followed the write of that number."""
        found: dict[int, Write] = {}
        for row in self._rows("log", table=table, after=after):
            number = row["number"]
            ranges = found[number].ranges if number in found else ()
            one = Range(instant(row["start_at"]), instant(row["end_at"]), instant(row["since"]))
            at = datetime.fromisoformat(row["written_at"])
            found[number] = Write(number, row["run_id"], row["kind"], (*ranges, one), row["row_count"], at)
        return list(found.values())

    def arrivals(self, table: str) -> dict[str, Arrival]:
        """What the relations that a table is computed from were like when it was last written, by key."""
        return {
            row["relation"]: Arrival(
                row["relation"],
                row["row_count"],
                instant(row["settled_at"]),
                row["settled_count"],
                instant(row["newest"]),
                row["late_count"],
                row["parent_table"],
                row["parent_number"],
                row["mark"],
                row["settled_sum"],
                row["histogram"],
                row["undated_count"],
                row["contents"],
                row["unsettled_sum"],
            )
            for row in self._rows("arrivals", table=table)
        }

    def record(self, version: Version, write: Write, arrivals: Sequence[Arrival]) -> None:
        """Record a version as it is after a write. Inside the transaction that wrote."""
        full = json.dumps(sorted(version.statistics.full)) if version.statistics else None
        self._run("record", version=version, full_columns=full)
        self._run(
            "log_write",
            table=version.table,
            number=write.number,
            run_id=write.run_id,
            kind=write.kind,
            ranges=write.ranges,
            rows=write.rows,
            at=write.written_at,
        )
        self.record_arrivals(version.table, arrivals)

    def record_arrivals(self, table: str, arrivals: Sequence[Arrival]) -> None:
        """Record what a table's relations are like."""
        self._run("arrivals_record", table=table, arrivals=arrivals)

    def activate(self, version: Version, columns: Sequence[str], at: datetime, run_id: str, reason: str) -> None:
        """Let readers see a version whose table is complete.

        Args:
            columns: the author's columns, which the reader view shows.
            reason: why, for people.
        """
        self._run("activate", view=version.view, table=version.table, at=at, run_id=run_id, reason=reason)
        known = self._reader_columns(version.view)
        changed = known is not None and known != self._table_columns(version.table, columns)
        self._run("reader_view", view=version.view, table=version.table, columns=columns, replace=changed)

    def activations(self, view: str) -> list[Activation]:
        """Which versions readers saw, the last first."""
        return [
            Activation(row["table_name"], datetime.fromisoformat(row["activated_at"]), row["run_id"], row["reason"])
            for row in self._rows("activations", view=view)
        ]

    def define(self, view: str, fingerprint: str, project: str, defined: Definition) -> None:
        """Record what a version is defined as, and by which project."""
        text = json.dumps(defined, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self._run("define", view=view, fingerprint=fingerprint, project=project, definition=text)

    def definitions(self) -> dict[tuple[str, str], Definition]:
        """View and fingerprint -> what it was defined as, of every version that was ever built."""
        rows = self._rows("definitions") if self.exists() else []
        return {(row["view_name"], row["fingerprint"]): json.loads(row["definition"]) for row in rows}

    def retire(self, view: str, at: datetime) -> None:
        """Take a view that the project no longer has out of use. Its tables, and the view that people read, stay."""
        with self._engine.transaction():
            self._run("retire", view=view, at=at)

    def built_by(self, project: str) -> list[str]:
        """The views with an active version that a project has built."""
        return [row["view_name"] for row in self._rows("built_by", project=project)]

    def collect(self, version: Version) -> bool:
        """Drop a version's table and its record, unless it is active after all; with a retired view's last, what people read.

        Raises FeaturecError where it is in use, which is not waited for.
        """
        with self._engine.transaction():
            self._run("patience")
            self.lock(version.view)
            there = self.versions(version.view)
            if not any(v.table == version.table and not v.active for v in there):
                return False
            if len(there) == 1:
                self._run("drop_reader", view=version.view)
            self._run("forget", table=version.table)
        return True

    def forget(self, version: Version) -> None:
        """Drop a version's table and its record."""
        with self._engine.transaction():
            self._run("forget", table=version.table)

    def start_run(self, run_id: str, at: datetime) -> None:
        """Record that a run goes on."""
        who = {"host": socket.gethostname(), "pid": os.getpid(), "release": featurec.__version__}
        self._run("run_started", run_id=run_id, at=at, **who)

    def finish_run(self, run_id: str, at: datetime, exit_code: int, steps: Sequence[StepResult]) -> None:
        """Record how a run and its steps ended."""
        with self._engine.transaction():
            for step in steps:
                self._run("run_step", run_id=run_id, step=step)
            self._run("run_finished", run_id=run_id, at=at, exit_code=exit_code)

    def runs(self, limit: int) -> list[RecordedRun]:
        """The last runs, the newest first."""
        return [
            RecordedRun(
                row["run_id"],
                datetime.fromisoformat(row["started_at"]),
                instant(row["completed_at"]),
                row["exit_code"],
                row["host"],
                row["pid"],
            )
            for row in self._rows("runs", limit=limit)
        ]

    def last_success(self) -> Mapping[str, datetime]:
        """View -> the start of the last run in which all its steps ended well."""
        if not self.exists():
            return {}
        return {row["view_name"]: datetime.fromisoformat(row["at"]) for row in self._rows("last_success")}

    def _reader_columns(self, view: str) -> list[tuple[str, str]] | None:
        """Names and types that readers see now; None where there is no view yet."""
        tables = [t for t in self._engine.tables() if t.schema == self._engine.schema and t.name == view]
        return [(c.name, c.type or "") for c in tables[0].columns] if tables else None

    def _table_columns(self, table: str, wanted: Sequence[str]) -> list[tuple[str, str]]:
        columns = self._engine.columns(ident((self._engine.schema, table), self._engine.dialect))
        return [(name, columns[name]) for name in wanted]

    def _sql(self, template: str, **values: object) -> str:
        fixed = {"state_schema": STATE_SCHEMA, "schema": self._engine.schema}
        return render_sql(f"state/{template}.sql", self._engine.dialect, **fixed, **values)

    def _run(self, template: str, **values: object) -> None:
        self._engine.execute(self._sql(template, **values))

    def _rows(self, template: str, **values: object) -> list[Row]:
        return self._engine.query(self._sql(template, **values))


def _version(row: Row) -> Version:
    return Version(
        row["view_name"],
        row["fingerprint"],
        row["table_name"],
        row["row_count"],
        row["dropped"],
        row["is_unique"],
        row["is_ordered"],
        datetime.fromisoformat(row["built_at"]),
        _statistics(row),
        instant(row["last_event"]),
        row["active"],
        instant(row["retired_at"]),
    )


def _statistics(row: Row) -> Statistics | None:
    """Statistics as they are recorded; tables that were built before they were taken have none."""
    if row["entities"] is None:
        return None
    full = frozenset(json.loads(row["full_columns"] or "[]"))
    return Statistics(row["row_count"], row["entities"], row["duration"], full)


def instant(text: str | None) -> datetime | None:
    """A time as queries of state give it, as text."""
    return None if text is None else datetime.fromisoformat(text)


def _newer(number: int) -> Diagnostic:
    return Diagnostic(
        "FC936",
        "the state of this target was written by a newer featurec",
        cause=f"its tables are at migration {number}; featurec {featurec.__version__} knows {len(MIGRATIONS)}",
        fix="upgrade featurec on this machine, or give this target another schema",
    )


def physical(engine: Engine, fingerprints: dict[str, str], root: str) -> Physical:
    """Where views live: those whose active table was built from the same definition.

    Args:
        fingerprints: view name -> fingerprint of its present definition.
        root: absolute folder of the project, which paths of sources are relative to.
    """
    built = {
        version.view: version.built
        for version in State(engine).versions()
        if version.active and fingerprints.get(version.view) == version.fingerprint
    }
    return Physical(engine.schema, built, root)
