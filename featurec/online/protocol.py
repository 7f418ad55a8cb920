"""What exports and reads ask of an online store."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from featurec.spec import Column, Scalar


@dataclass(frozen=True)
class OnlineFeature:
    """A feature as it was exported.

    Attributes:
        type: DuckDB-spelled.
        default: the value that replaces a missing one; of a windowed feature its value over an empty window.
        windowed: whether it is computed over a window. It has no age: it holds at an export's instant.
    """

    name: str
    type: str
    default: Scalar = None
    windowed: bool = False


@dataclass(frozen=True)
class OnlineView:
    """A version of a feature view, as the online store knows it.

    Attributes:
        fingerprint: hex; names the version.
        join_keys: names and types, in the order in which they make the entity key.
        features: in declared order; the names in every payload.
        ttl: microseconds, inclusive, or None.
    """

    name: str
    fingerprint: str
    join_keys: tuple[Column, ...]
    features: tuple[OnlineFeature, ...]
    ttl: int | None

    @property
    def windowed(self) -> bool:
        """Whether any of its features is windowed."""
        return any(feature.windowed for feature in self.features)


@dataclass(frozen=True)
class ActiveView:
    """The version of a view that readers see, and the latest instant of its exports."""

    view: OnlineView
    as_of: datetime


@dataclass(frozen=True)
class StoredVersion:
    """A version of a view that has a table.

    Attributes:
        active: whether readers see it.
        as_of: the latest instant whose state it has; None where no export of it was ever completed.
    """

    view: OnlineView
    active: bool
    as_of: datetime | None


@dataclass(frozen=True)
class Watermark:
    """How far a version was exported.

    Attributes:
        as_of: the latest instant whose state is in the store.
        checksum: of the offline rows that were usable then; None where none was taken.
    """

    as_of: datetime
    checksum: str | None = None


@dataclass(frozen=True)
class Select:
    """Rows that a query of the store's own database yields: entity_key, event_ts, created_ts, payload, ordered by key."""

    sql: str


@dataclass(frozen=True)
class Reject:
    """A row that no export can bring.

    Attributes:
        reason: ``future``, or ``null_key``.
        entity_key: None where a join key is NULL.
        event_ts: as text, which may name an instant that Python has no day for.
        row: JSON object.
    """

    reason: str
    entity_key: str | None
    event_ts: str | None
    row: str


@dataclass(frozen=True)
class Batch:
    """Rows on their way into the store.

    Attributes:
        rows: blocks of PostgreSQL's COPY, whose columns are entity_key, event_ts, created_ts, payload; or a query.
        whole: whether every entity is among them, and not only those that changed since the watermark.
        checksum: of the offline rows that they were computed from.
        format: of the blocks.
        rejected: how many rows of the view no export can bring.
        rejects: some of those.
        mark: of rows that are no export: how far the version was and stays exported. What was rejected stays on record too.
    """

    rows: Iterable[bytes] | Select
    whole: bool = True
    checksum: str | None = None
    format: Literal["text", "binary"] = "text"
    rejected: int = 0
    rejects: Sequence[Reject] = ()
    mark: Watermark | None = None


@dataclass(frozen=True)
class Turn:
    """What an export learns when the lease is its own.

    Attributes:
        watermark: how far the version was exported; None: not at all.
        active: fingerprint of the version that readers see; None where they see none.
        as_of: the instant of the export: the one that was asked for, but never later than ``latest``.
        now: the store's clock.
        ahead: how far the clock of this machine was ahead of it.
        latest: rows stamped later than this are rejected: the store's clock and ``max_future``.
        database: text that is the same for sessions of one and the same database, and for them only.
        query: runs a query in the export's transaction; only of use where the engine is of the same database.
        readable: whether the store's role may run a query of the engine and sees the same rows.
    """

    watermark: Watermark | None
    as_of: datetime
    now: datetime
    ahead: timedelta
    latest: datetime
    database: str
    query: Callable[[str], list[dict[str, Any]]]
    readable: Callable[[str], bool]
    active: str | None = None


@dataclass(frozen=True)
class Published:
    """What an export did.

    Attributes:
        rows: rows that came.
        inserted, updated: rows written, for entities that were new or had an older value.
        unchanged: rows that were there already.
        stale: rows older than what is there, which stays.
        removed: rows taken away, of entities that have none any more.
        switched: whether readers see this version for the first time.
        rejected: rows that no export can bring; they did not come.
        erased: rows that came and were left out, as their entities are erased.
    """

    rows: int
    inserted: int
    updated: int
    unchanged: int
    stale: int
    removed: int
    switched: bool
    rejected: int = 0
    erased: int = 0


Erased = Mapping[str, int]
"""Table -> how many rows of an erased entity it had."""


@dataclass(frozen=True)
class Lookup:
    """Rows asked of one view: an entity key each, None for one that names no row."""

    view: OnlineView
    keys: Sequence[str | None]


@dataclass(frozen=True)
class StoredRow:
    """A row of the online store.

    Attributes:
        event_timestamp: τ; None where Python has no such day.
        as_of: the instant of the export that wrote it.
        fresh: whether it is within the view's TTL.
        payload: JSON text, feature -> value; empty where the row is not fresh and nothing in it outlives the TTL.
    """

    event_timestamp: datetime | None
    as_of: datetime
    fresh: bool
    payload: str


class OnlineStore(Protocol):
    """One session of an online store; ``schema`` keeps people who share it apart.

    Errors: a session that is lost or rights that are missing raise CannotOperate; rows that are refused
    (FC933), a lease that another run holds (FC932) and a table that is not as recorded (FC934) FeaturecError.
    """

    def publish(self, view: OnlineView, batch: Callable[[Turn], Batch], as_of: datetime) -> Published:
        """Merge rows into the version's table and let readers see it, all in one transaction.

        A row replaces an older one, and one of equal times that differs. Windows change without new rows: in a view
        with windowed features a row replaces any that differs, and a whole batch removes the entities that it lacks,
        but where a later instant was exported already nothing is written. Entities that were erased stay away.

        Args:
            batch: called under the lease.
            as_of: the instant at which the rows were the newest and the windows ended.

        Raises CannotOperate (FC943) where the session was lost when all was done and being committed.
        """

    def erase(
        self, join_keys: Sequence[Column], values: Sequence[object], views: Collection[str] | None, at: datetime
    ) -> Erased:
        """Delete an entity from all versions of views and from what was rejected, and keep it away from then on.

        Args:
            join_keys: of the entity, with their types.
            values: of the join keys, as ``encoding.encode_key`` takes them. Raises ValueError where one cannot be a key.
            views: only these; then later exports may bring the entity again. None for all.
            at: recorded as the time of it.
        """

    def versions(self) -> list[StoredVersion]:
        """Every version that has a table, by view, the one that readers see first."""

    def activate(self, view: str, fingerprint: str, at: datetime) -> StoredVersion | None:
        """Let readers see a version that was exported before; that version, None where it has no table.

        Args:
            at: recorded as the time of the switch.
        """

    def drop(self, view: str, fingerprint: str, *, seen: bool = False) -> bool:
        """Drop a version's table and what is recorded of it; False where there is none, or readers see it.

        Raises FeaturecError where the table is in use, or another run exports the view.

        Args:
            seen: whether it goes even where readers see it, as for a view that the project no longer has.
        """

    def active(self, views: Collection[str]) -> Mapping[str, ActiveView]:
        """The versions that readers see; a view that was never exported is missing."""

    def read(self, lookups: Sequence[Lookup], now: datetime) -> list[list[StoredRow | None]]:
        """The rows of all lookups, in one query: per lookup a row or None for each of its keys."""

    def close(self) -> None:
        """End the session."""
