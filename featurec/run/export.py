"""Exports a view into the online store: the newest row of each entity, and its windows at the export's instant.

An export that follows another one of the same version brings only the entities that changed in between. That is right
only while the rows of the last export are still what they were; else, and first, it brings all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from featurec.compiler import (
    AnalyzedProject,
    CompiledQuery,
    Physical,
    Windowed,
    latest_query,
    view_keys,
    windowed_features,
)
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import Dialect
from featurec.engines.protocol import Engine
from featurec.errors import FeaturecError
from featurec.online.encoding import Encoded, rejects_sql, rows_sql
from featurec.online.protocol import (
    Batch,
    OnlineFeature,
    OnlineStore,
    OnlineView,
    Published,
    Reject,
    Select,
    Turn,
)
from featurec.online.rejects import MAX_REJECTS
from featurec.online_type import ValueType, key_type, online_findings, value_type
from featurec.run.checksum import Checksums, Reading, checksums
from featurec.run.export_warnings import export_warnings
from featurec.spec import Column, FeatureView


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes:
        remark: for people: which entities it looked at and why; nothing is said of a first export.
        findings: warnings: clocks that differ (FC944), rows that no export can bring (FC945), an instant that is
            behind that of an earlier export (FC946), rows of erased entities (FC947).
    """

    published: Published
    remark: str
    findings: tuple[Diagnostic, ...] = ()


def export_view(
    analyzed: AnalyzedProject, view: str, engine: Engine, store: OnlineStore, physical: Physical, as_of: datetime
) -> Exported:
    """Publish what ``as_of`` sees of a view, in one transaction of the store.

    Rows go from engine to store in blocks; where both are one PostgreSQL database and the store's role may read what the
    engine reads, they stay in the server.

    Raises FeaturecError: FC701 and FC702 for types that have no exact form online, FC932 to FC934 where the store
    refuses, whatever the view's SQL meets in the engine.
    """
    export = _Export(analyzed, view, engine, physical, as_of)
    published = store.publish(export.described(), export.batch, as_of)
    return Exported(published, export.reach.remark, export.findings(published))


@dataclass(frozen=True)
class _Inside:
    """The engine's tables as the store's session reads them, in the transaction of the export."""

    dialect: Dialect
    schema: str
    query: Callable[[str], list[dict[str, Any]]]
    columns: Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class _Reach:
    """Which entities an export brings: those that changed after ``since``, or all; and what a scan of its table found."""

    since: datetime | None
    remark: str
    taken: Checksums | None = None


class _Export:
    """One export on its way. The store says how far the last one got when this one has the lease."""

    def __init__(
        self, analyzed: AnalyzedProject, view: str, engine: Engine, physical: Physical, as_of: datetime
    ) -> None:
        self.view = view
        self.engine = engine
        self.as_of = self.asked = as_of
        self.reach = _Reach(None, "")
        # Asked for now: during the export a pooler may have no second connection to give.
        self._database = engine.database
        self._turn: Turn | None = None
        self._analyzed = analyzed
        self._physical = physical
        found = analyzed.views[view]
        assert isinstance(found.spec, FeatureView)
        self._fingerprint, self._spec = found.fingerprint, found.spec
        self._windowed = windowed_features(analyzed, view)
        offered = [
            *(Column(f.name, f.type, f.span) for f in found.spec.features),
            *(Column(w.name, w.type, w.aggregation.span) for w in self._windowed),
        ]
        unfit = list(online_findings(found.spec, analyzed.project.entities, offered))
        if unfit:
            raise FeaturecError(unfit)
        self._whole = self._query(None)
        types = {column.name: column.type or "" for column in self._whole.columns}
        self._keys = [Encoded(key, _known(key_type(types[key])), key) for key in view_keys(analyzed, view)]
        self._types = types
        self._features = [Encoded(c.name, _known(value_type(c.type or "")), _column(types, c.name)) for c in offered]

    def described(self) -> OnlineView:
        """The version that is exported, as the store records it."""
        return OnlineView(
            self.view,
            self._fingerprint,
            tuple(Column(key.name, self._types[key.column]) for key in self._keys),
            (
                *(OnlineFeature(f.name, f.type, f.default) for f in self._spec.features),
                *(_online(feature) for feature in self._windowed),
            ),
            self._spec.ttl,
        )

    def batch(self, turn: Turn) -> Batch:
        """The rows that follow what was exported before."""
        self._turn, self.as_of = turn, turn.as_of
        if turn.as_of != self.asked:
            self._whole = self._query(None)
        inside = turn.database == self._database and turn.readable(self._rows(self._whole))
        reading: Reading = self.engine
        if inside:
            reading = _Inside(self.engine.dialect, self.engine.schema, turn.query, self.engine.columns)
        self.reach = self._reach(turn, reading)
        sql = self._rows(self._whole if self.reach.since is None else self._query(self.reach.since))
        taken = self.reach.taken
        return Batch(
            Select(sql) if inside else self.engine.copy_rows(sql),
            self.reach.since is None,
            taken.now if taken else None,
            self.engine.copy_format,
            taken.unnamed + taken.future if taken else 0,
            self._rejects(turn, reading),
        )

    def findings(self, published: Published) -> tuple[Diagnostic, ...]:
        """What there is to say of an export that went well."""
        assert self._turn is not None
        taken = self.reach.taken
        unfit = (taken.unnamed, taken.future) if taken else (0, 0)
        return export_warnings(self.described(), self._turn, self.asked, published, *unfit)

    def _rows(self, query: CompiledQuery) -> str:
        return rows_sql(query.sql, self._keys, self._features, self.engine.dialect)

    def _rejects(self, turn: Turn, reading: Reading) -> Sequence[Reject]:
        taken, built = self.reach.taken, self._physical.built.get(self.view)
        if taken is None or built is None or not taken.unnamed + taken.future:
            return ()
        place = (self.engine.schema, built.table)
        sql = rejects_sql(place, self._keys, turn.as_of, turn.latest, MAX_REJECTS, self.engine.dialect)
        return [Reject(row["reason"], row["entity_key"], row["event_ts"], row["row"]) for row in reading.query(sql)]

    def _reach(self, turn: Turn, reading: Reading) -> _Reach:
        built = self._physical.built.get(self.view)
        watermark = turn.watermark
        since = watermark.as_of if watermark else None
        if built is None:
            # Its sources may change between two looks at them, so no checksum would be of the rows that were exported.
            return _Reach(None, "all entities, as it has no table" if since else "")
        keys = [key.column for key in self._keys]
        taken = checksums(reading, built.table, since or self.as_of, self.as_of, keys, turn.latest)
        whole = _Reach(None, "", taken)
        if watermark is None or since is None:
            return whole
        if self.as_of < since:
            done = "nothing is written" if self._windowed else "all entities"
            return replace(whole, remark=f"{done}, as {_told(since)} was exported before")
        if watermark.checksum is None:
            return replace(whole, remark="all entities, as the last export took no checksum")
        if watermark.checksum.partition(" ")[0] != taken.before.partition(" ")[0]:
            return replace(whole, remark="all entities, as the last export was from another engine")
        if watermark.checksum != taken.before:
            return replace(whole, remark=f"all entities, as rows of before {_told(since)} have changed")
        return _Reach(since, f"changed since {_told(since)}", taken)

    def _query(self, since: datetime | None) -> CompiledQuery:
        query, findings = latest_query(
            self._analyzed, self.view, self.engine.dialect, self._physical, self.as_of, since
        )
        if query is None:
            raise FeaturecError(findings)
        return query


def _online(feature: Windowed) -> OnlineFeature:
    return OnlineFeature(feature.name, feature.type or "", feature.empty, windowed=True)


def _told(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _column(types: dict[str, str], feature: str) -> str:
    """The output column of a feature, whose case may differ."""
    return feature if feature in types else next(name for name in types if name.lower() == feature.lower())


def _known(found: ValueType | None) -> ValueType:
    assert found is not None, "online_findings has looked at every type"
    return found
