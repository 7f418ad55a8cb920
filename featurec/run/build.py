"""Brings one view's offline table up to date: a new table beside the old one, or the rows of a slice anew.

All of it is one transaction: rows, what is recorded of them, and the pointer that readers follow.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from featurec.codegen import ident, render_sql
from featurec.compiler import (
    AnalyzedProject,
    AnalyzedView,
    BuiltTable,
    CompiledQuery,
    Physical,
    Slice,
    Statistics,
    build_query,
    definition,
    dropped_query,
    look_back,
    view_keys,
)
from featurec.engines.protocol import Engine, Row
from featurec.errors import FeaturecError
from featurec.failpoint import failpoint
from featurec.run.arrivals import seen_now
from featurec.run.intervals import Asked, Base, Late, Work, carried, work
from featurec.run.state import State, Version, Write
from featurec.spec import FeatureView

_NAME_BYTES = 63

Check = Callable[[BuiltTable], None]
"""Looks at a table before readers see it. Raises FeaturecError where they should not; then nothing has changed."""


@dataclass(frozen=True)
class Built:
    """What a build did.

    Attributes:
        version: as it is recorded.
        superseded: older tables of the same definition, which nobody reads any more.
        work: what was to be done.
        rows: written; none where nothing was to be done.
        switched: whether readers see this table for the first time, or again.
    """

    version: Version
    superseded: tuple[Version, ...]
    work: Work
    rows: int
    switched: bool

    @property
    def table(self) -> BuiltTable:
        return self.version.built

    @property
    def late(self) -> tuple[Late, ...]:
        """Rows that came too late to be written."""
        return self.work.late


def build_view(
    engine: Engine,
    analyzed: AnalyzedProject,
    view: str,
    physical: Physical,
    asked: Asked,
    run_id: str,
    check: Check | None = None,
) -> Built:
    """Write what is missing of a view and let readers see it. Raises FeaturecError; then nothing has changed.

    Args:
        physical: where the views that it reads live.
        asked: ``now`` is recorded as the time of the build.
        check: is given the table when it is written, before readers see it.
    """
    return _Build(engine, analyzed, view, physical, asked, run_id).run(check)


class _Build:
    """One build on its way."""

    def __init__(
        self, engine: Engine, analyzed: AnalyzedProject, view: str, physical: Physical, asked: Asked, run_id: str
    ) -> None:
        self.engine = engine
        self.analyzed = analyzed
        self.view = view
        self.found = analyzed.views[view]
        self.physical = physical
        self.asked = asked
        self.run_id = run_id
        self.state = State(engine)
        self.keys = view_keys(analyzed, view)
        assert isinstance(self.found.spec, FeatureView)
        self.spec = self.found.spec

    def run(self, check: Check | None) -> Built:
        with self.engine.transaction():
            self.state.lock(self.view)
            versions = self.state.versions(self.view)
            old = next((v for v in versions if v.fingerprint == self.found.fingerprint), None)
            writes = self.state.writes(old.table) if old is not None else []
            # Tables of earlier releases have no log of what is in them; some were dropped by others.
            there = old is not None and bool(writes) and self.state.has_table(old.table)
            base = Base(old.table, writes, self.state.arrivals(old.table)) if old is not None and there else None
            seen = seen_now(self.engine, self.analyzed, self.view, self.physical, base, self.asked.now)
            todo = work(self.spec, look_back(self.analyzed, self.view), base, seen, self.asked)
            failpoint("build.write")
            if todo.kind is None or old is None or base is None:
                version, rows = (old, 0) if todo.kind is None and old else self._whole(todo.slice, versions)
            elif todo.kind == "full":
                version, rows = self._whole(todo.slice, versions)
            else:
                version, rows = self._slice(old, todo.slice)
            failpoint("build.test")
            if check is not None:
                check(version.built)
            known = base.arrivals if base is not None else {}
            arrivals = carried(known, seen, todo.late)
            if todo.kind is not None:
                # Numbers go on in a table that takes another's place, which may come by the name of one that was dropped.
                number = writes[-1].number + 1 if writes else 1
                write = Write(number, self.run_id, todo.kind, todo.slice.ranges, rows, self.asked.now)
                # What was asked for is not all that has come: the relations are still as they were at the last whole look.
                kept = tuple(known.values()) if todo.kind == "restatement" and known else arrivals
                self.state.record(version, write, kept)
            elif arrivals != tuple(known.values()):
                self.state.record_arrivals(version.table, arrivals)
            switched = not any(v.active and v.table == version.table for v in versions)
            if switched:
                columns = self.engine.columns(ident((self.engine.schema, version.table), self.engine.dialect))
                shown = [column for column in columns if not column.startswith("__fc_")]
                self.state.activate(version, shown, self.asked.now, self.run_id, todo.reason)
            self.state.define(
                self.view, self.found.fingerprint, self.analyzed.project.name, definition(self.found, self.analyzed)
            )
            failpoint("build.commit")
        failpoint("build.committed")
        version = replace(version, active=True, retired_at=None)
        gone = tuple(v for v in versions if v.fingerprint == version.fingerprint and v.table != version.table)
        return Built(version, gone, todo, rows, switched)

    def _whole(self, rows: Slice, versions: Sequence[Version]) -> tuple[Version, int]:
        """A new table of these rows."""
        name = _table_name(self.view, self.found.fingerprint, {version.table for version in versions})
        table = (self.engine.schema, name)
        query = self._compiled(rows)
        failpoint("build.insert")
        self._execute("create", table=table, keys=self.keys, query=query.sql.strip())
        if self.engine.dialect.name == "postgres":
            self._execute("finish", table=table, keys=self.keys)
        columns = self.engine.columns(ident(table, self.engine.dialect))
        aggregated = _aggregated(self.found, columns)
        shape = self._shape("shape", table, aggregated)
        statistics = Statistics(shape.rows, shape.entities, shape.duration, shape.full)
        made = Version(
            self.view,
            self.found.fingerprint,
            name,
            shape.rows,
            self._dropped(rows),
            shape.unique,
            shape.ordered,
            self.asked.now,
            statistics,
            shape.last_event,
        )
        return made, shape.rows

    def _slice(self, old: Version, rows: Slice) -> tuple[Version, int]:
        """The rows of a slice of a table anew; what is recorded of the table follows from what it was."""
        table = (self.engine.schema, old.table)
        columns = self.engine.columns(ident(table, self.engine.dialect))
        gone = self._execute("delete", table=table, slice=rows)
        failpoint("build.insert")
        query = self._compiled(rows)
        came = self._execute("insert", table=table, keys=self.keys, columns=list(columns), query=query.sql.strip())
        aggregated = _aggregated(self.found, columns)
        shape = self._shape("slice_shape", table, aggregated, rows)
        unique, ordered = old.unique and shape.unique, old.ordered and shape.ordered
        if self.spec.available_at and (unique or ordered):
            # Without available_at, times of use rise with event times, and no row of a slice shares one with a row outside.
            beside = self._beside(table, rows)
            unique, ordered = unique and beside["is_unique"], ordered and beside["is_ordered"]
        count = old.rows - gone + came
        last = max(filter(None, (old.last_event, shape.last_event)), default=None)
        grown = old.statistics is None or count > old.statistics.rows * 1.1
        if grown and self.engine.dialect.name == "postgres":
            self._execute("analyze", table=table)
        full = shape.full & (old.statistics.full if old.statistics else frozenset())
        entities = max(old.statistics.entities if old.statistics else 0, shape.entities)
        later = (last - old.last_event).total_seconds() if last and old.last_event else 0.0
        duration = (old.statistics.duration if old.statistics else 0) + round(later * 1_000_000)
        version = replace(
            old,
            rows=count,
            dropped=self._dropped(rows),
            unique=unique,
            ordered=ordered,
            built_at=self.asked.now,
            statistics=Statistics(count, entities, duration, full),
            last_event=last,
        )
        return version, came

    def _beside(self, table: tuple[str, str], rows: Slice) -> Row:
        """Whether the rows of a slice are still unique, and in order, among all of the table."""
        if all(found.since is not None for found in rows.ranges):
            # Whatever is kept was known earlier.
            return self.engine.query(self._sql("overlap", table=table, keys=self.keys, slice=rows))[0]
        return self.engine.query(self._sql("shape", table=table, keys=self.keys, aggregated=()))[0]

    def _shape(
        self, template: str, table: tuple[str, str], aggregated: Sequence[str], rows: Slice | None = None
    ) -> "_Shape":
        given = {"table": table, "keys": self.keys, "aggregated": aggregated} | ({"slice": rows} if rows else {})
        found = self.engine.query(self._sql(template, **given))[0]
        last = found["last_event"]
        return _Shape(
            found["row_count"],
            found["entities"],
            found["duration"],
            found["is_unique"],
            found["is_ordered"],
            frozenset(column for n, column in enumerate(aggregated, 1) if found[f"full_{n}"]),
            datetime.fromisoformat(last) if last else None,
        )

    def _compiled(self, rows: Slice) -> CompiledQuery:
        query, findings = build_query(self.analyzed, self.view, self.engine.dialect, self.physical, rows)
        if query is None:
            raise FeaturecError(findings)
        return query

    def _dropped(self, rows: Slice) -> int:
        counting, findings = dropped_query(self.analyzed, self.view, self.engine.dialect, self.physical, rows)
        if counting is None:
            raise FeaturecError(findings)
        found: int = self.engine.query(counting.sql)[0]["dropped"]
        return found

    def _sql(self, template: str, **values: object) -> str:
        return render_sql(f"build/{template}.sql", self.engine.dialect, **values)

    def _execute(self, template: str, **values: object) -> int:
        return self.engine.execute(self._sql(template, **values))


@dataclass(frozen=True)
class _Shape:
    """What was measured of the rows of a table, or of a slice of it."""

    rows: int
    entities: int
    duration: int
    unique: bool
    ordered: bool
    full: frozenset[str]
    last_event: datetime | None


def _aggregated(view: AnalyzedView, columns: Iterable[str]) -> list[str]:
    """The columns of a view's table that its windows aggregate."""
    assert isinstance(view.spec, FeatureView)
    asked = {found.name for a in view.spec.aggregations if a.column and (found := view.column(a.column))}
    return [column for column in columns if column in asked]


def _table_name(view: str, fingerprint: str, taken: set[str]) -> str:
    """``view__1f3a9c02``, with a number for a further build of the same definition."""
    stem = f"{view}__{fingerprint[:8]}"
    if len(stem.encode()) > _NAME_BYTES - 6:
        stem = f"{hashlib.sha256(view.encode()).hexdigest()[:32]}__{fingerprint[:8]}"
    number = 1
    while (name := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return name
