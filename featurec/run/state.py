"""Versions of offline tables: what was built, which version readers see, and the switch from one to the next.

State lives in schema ``featurec`` of the offline database, in the transaction of the tables that it speaks of.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from featurec.codegen import ident, render_sql
from featurec.compiler import BuiltTable, Physical, Statistics
from featurec.engines.protocol import Engine, Row
from featurec.engines.tables import STATE_SCHEMA

_LOCK = 0x66656174
"""Number of the lock under which state tables are made."""


@dataclass(frozen=True)
class Version:
    """A version of a view that has a table.

    Attributes:
        fingerprint: of the view as it was built.
        table: its name in the target's schema.
        dropped: rows left out as their times are NULL.
        unique, ordered: as of ``BuiltTable``.
        statistics: of its rows; None where they were built before statistics were taken.
        active: whether readers see it.
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
    active: bool = False

    @property
    def built(self) -> BuiltTable:
        """The table as plans see it."""
        return BuiltTable(self.table, self.unique, self.ordered, self.statistics)


class State:
    """The state of one target's offline store, read and written through its session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self) -> None:
        """Make state tables and the target's schema where they are missing."""
        with self._engine.transaction():
            self._run("create", lock=_LOCK)

    def lock(self, view: str) -> None:
        """Wait until nobody else builds the view; until the end of the transaction nobody else will."""
        self._run("lock", lock=_LOCK, view=view)

    def versions(self) -> list[Version]:
        """Every version with a table, by view, the newest first; none where nothing was ever built."""
        found = self._engine.query(render_sql("state/exists.sql", self._engine.dialect, state_schema=STATE_SCHEMA))
        if not found[0]["found"]:
            return []
        rows = self._engine.query(self._sql("versions", measured=found[0]["measured"] > 0))
        return [
            Version(
                row["view_name"],
                row["fingerprint"],
                row["table_name"],
                row["row_count"],
                row["dropped"],
                row["is_unique"],
                row["is_ordered"],
                datetime.fromisoformat(row["built_at"]),
                _statistics(row),
                row["active"],
            )
            for row in rows
        ]

    def publish(self, version: Version, columns: Sequence[str]) -> None:
        """Record a version whose table is complete, and let readers see it. Inside the transaction that made the table.

        Args:
            columns: the author's columns, which the reader view shows.
        """
        full = json.dumps(sorted(version.statistics.full)) if version.statistics else None
        self._run("record", view=version.view, version=version, full_columns=full)
        self._run("activate", view=version.view, table=version.table, at=version.built_at)
        known = self._reader_columns(version.view)
        changed = known is not None and known != self._table_columns(version.table, columns)
        self._run("reader_view", view=version.view, table=version.table, columns=columns, replace=changed)

    def forget(self, version: Version) -> None:
        """Drop a version's table and its record."""
        with self._engine.transaction():
            self._run("forget", table=version.table)

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


def _statistics(row: Row) -> Statistics | None:
    """Statistics as they are recorded; tables that were built before they were taken have none."""
    if row["entities"] is None:
        return None
    full = frozenset(json.loads(row["full_columns"] or "[]"))
    return Statistics(row["row_count"], row["entities"], row["duration"], full)


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
