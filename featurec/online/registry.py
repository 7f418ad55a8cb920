"""The registry of an online store: versions and their tables, the lease of a view, how far each version was exported."""

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from featurec.diagnostic import Diagnostic
from featurec.errors import FeaturecError
from featurec.failpoint import failpoint
from featurec.online.protocol import OnlineFeature, OnlineView, Watermark
from featurec.online.session import Session
from featurec.postgres import translated
from featurec.spec import Column

_NAME_BYTES = 63
_TABLE_COLUMNS = [
    "entity_key text",
    "event_ts timestamp with time zone",
    "created_ts timestamp with time zone",
    "as_of timestamp with time zone",
    "run bigint",
    "row_hash bigint",
    "payload jsonb",
]

Table = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True)
class Before:
    """What the store has of a version before an export: its last run, the version that is active, how far it was exported.

    Without a table there is no watermark, whatever is recorded.
    """

    run: int
    active: str | None
    watermark: Watermark | None


class Registry:
    """The registry as one schema of a target sees it."""

    def __init__(self, session: Session, schema: str) -> None:
        self.schema = schema
        self._session = session
        self._found = _Found(exists=False, current=False, schema=False)

    @property
    def readable(self) -> bool:
        """Whether there is anything to read."""
        return self._look().readable

    def prepare(self) -> None:
        """Create the registry and the schema of the tables where they are missing, and what was added to them since."""
        found = self._look()
        if found.writable:
            return
        try:
            with translated(self._session.url), self._session.transaction("the registry of the online store"):
                outdated = found.exists and not found.current
                self._session.run("online/registry.sql", schema=self.table_schema(), outdated=outdated)
        except FeaturecError:
            # Somebody else may have made it between the look and the statement, which goes by what the look found.
            if not self._look().writable:
                raise

    def _look(self) -> "_Found":
        """The registry as it is; what was there once stays."""
        if not self._found.writable:
            ((exists, current, schema),) = self._session.rows("online/registry_exists.sql", schema=self.table_schema())
            self._found = _Found(exists, current, schema)
        return self._found

    def table_schema(self) -> str:
        """The schema of the tables."""
        return table_schema(self.schema)

    def table(self, view: OnlineView) -> Table:
        """Where a version's rows are."""
        return table_of(self.schema, view)

    @contextmanager
    def lease(self, view: OnlineView, since: datetime) -> Iterator[None]:
        """A transaction in which no other run exports this view. Raises FeaturecError (FC932) where one does.

        Who holds it is committed beforehand, as nobody can read what an open transaction writes. Another run may
        do the same in between; then its name stands there, and it goes first.
        """
        token = secrets.token_hex(8)
        parameters: dict[str, object] = {"schema": self.schema, "view": view.name}
        holder = parameters | {"host": socket.gethostname(), "pid": os.getpid(), "since": since, "token": token}
        with self._session.transaction(f"the lease of `{view.name}`"):
            self._session.rows("online/lease_create.sql", parameters)
            if not self._session.rows("online/lease_lock.sql", parameters):
                raise self._held(view)
            self._session.rows("online/lease_announce.sql", holder)
        with self._session.transaction(f"the export of `{view.name}`"):
            if self._session.rows("online/lease_lock.sql", parameters) != [(token,)]:
                raise self._held(view)
            failpoint("export.lease")
            yield
            failpoint("export.commit")

    def _held(self, view: OnlineView) -> FeaturecError:
        ((host, pid, since),) = self._session.rows(
            "online/lease_holder.sql", {"schema": self.schema, "view": view.name}
        )
        finding = Diagnostic(
            "FC932",
            f"another run is exporting `{view.name}`",
            cause=f"process {pid} on {host} has held its lease since {since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            fix="wait until it has ended, then run again; the lease ends with its process",
        )
        return FeaturecError([finding])

    def before(self, view: OnlineView) -> Before:
        """What is there of this version. Raises FeaturecError (FC934) where it is not what an export may write to."""
        table = self.table(view)
        ((recorded, columns, run, as_of, checksum, active),) = self._session.rows(
            "online/version.sql", self.named(view), table=table
        )
        if columns is None:
            return Before(run or 0, active, None)
        known = recorded and (keys(recorded["join_keys"]), features(recorded["features"]))
        if columns != _TABLE_COLUMNS or known != (view.join_keys, view.features) or as_of is None:
            raise FeaturecError([_unknown_table(view, table)])
        return Before(run, active, Watermark(as_of.astimezone(UTC), checksum))

    def record(self, view: OnlineView, counts: Mapping[str, int], reached: Watermark, before: Before) -> None:
        """What the registry says of this export; the last statement is the one that readers notice."""
        table_schema, table_name = self.table(view)
        parameters = self.named(view) | {
            "as_of": reached.as_of,
            "checksum": reached.checksum,
            "run": before.run + 1,
        }
        described = {
            "table_schema": table_schema,
            "table_name": table_name,
            "join_keys": json.dumps([{"name": key.name, "type": key.type} for key in view.join_keys]),
            "features": json.dumps(
                [{"name": f.name, "type": f.type, "default": f.default, "windowed": f.windowed} for f in view.features]
            ),
            "ttl": view.ttl,
        }
        self._session.rows("online/version_record.sql", parameters | described)
        moves = before.watermark is None or before.watermark.as_of <= reached.as_of
        self._session.rows("online/watermark.sql", {**parameters, **counts}, moves=moves)
        self._session.rows("online/switch.sql", parameters)

    def named(self, view: OnlineView) -> dict[str, object]:
        """What names a version in the registry."""
        return {"schema": self.schema, "view": view.name, "fingerprint": view.fingerprint}


@dataclass(frozen=True)
class _Found:
    """Whether there is a registry, whether it has what was added to it since its first version, and the tables' schema."""

    exists: bool
    current: bool
    schema: bool

    @property
    def readable(self) -> bool:
        return self.exists and self.schema

    @property
    def writable(self) -> bool:
        return self.readable and self.current


def table_schema(schema: str) -> str:
    """The schema of the tables of a target's schema."""
    name = f"{schema}_online"
    if len(name.encode()) <= _NAME_BYTES:
        return name
    return f"{hashlib.sha256(schema.encode()).hexdigest()[:16]}_online"


def table_of(schema: str, view: OnlineView) -> Table:
    """Where a version's rows are."""
    return table_schema(schema), f"{view.name}__{view.fingerprint[:8]}"


def keys(described: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Join keys as they are recorded."""
    return tuple(Column(key["name"], key["type"]) for key in described)


def features(described: Sequence[Mapping[str, Any]]) -> tuple[OnlineFeature, ...]:
    """Features as they are recorded; registries of earlier versions do not say which are windowed, as none were."""
    return tuple(OnlineFeature(f["name"], f["type"], f["default"], f.get("windowed", False)) for f in described)


def _unknown_table(view: OnlineView, table: Table) -> Diagnostic:
    return Diagnostic(
        "FC934",
        f"the online table of `{view.name}` is not the one that featurec made",
        cause=f"`{'.'.join(table)}` has other columns, or the registry describes its keys and features otherwise",
        fix=f"if nothing else uses `{'.'.join(table)}`, drop it; the next `featurec run` fills it anew",
    )
