"""PostgreSQL as the online store: a table of keys and JSON per version of a view, and a registry of the active ones.

An export is one transaction, in this order: lease, contract, rows by COPY, merge, watermark, pointer. Whatever
stops it leaves what readers saw before. Tables of versions that are no longer active stay, for going back.
"""

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate, FeaturecError
from featurec.online.protocol import (
    ActiveView,
    Batch,
    Lookup,
    OnlineFeature,
    OnlineStore,
    OnlineView,
    Published,
    StoredRow,
    Watermark,
)
from featurec.postgres import connect, translated
from featurec.spec import Column, Target

EMBEDDED = "embedded"
_DIALECT = get("postgres")
_NAME_BYTES = 63
_COUNTS = ("rows", "inserted", "updated", "unchanged", "stale", "removed")
_TABLE_COLUMNS = [
    "entity_key text",
    "event_ts timestamp with time zone",
    "created_ts timestamp with time zone",
    "as_of timestamp with time zone",
    "run bigint",
    "row_hash bigint",
    "payload jsonb",
]


def open_store(target: Target, root: Path) -> OnlineStore:
    """Open a session of the target's online store.

    Raises CannotOperate: FC935 for a target without one, FC902 or FC931 where it does not answer.
    """
    online = target.online
    if online is None:
        raise CannotOperate(
            [_no_store(target, "the target has no `online:`", "add `online: {type: postgres, url: …}`")]
        )
    if online.get("type") != "postgres":
        raise CannotOperate(
            [
                _no_store(
                    target, f"its `type` is `{online.get('type')}`", did_you_mean(str(online.get("type")), ["postgres"])
                )
            ]
        )
    url = str(online.get("url") or "")
    if not url:
        raise CannotOperate(
            [_no_store(target, "it has no `url`", "write `url: embedded`, or postgresql://USER@HOST/DATABASE")]
        )
    if url == EMBEDDED:
        from featurec.engines.embedded_postgres import ensure_running

        url = ensure_running(root)
    return PostgresOnlineStore(url, str(online.get("schema") or target.offline.get("schema") or "features"))


def _no_store(target: Target, cause: str, fix: str) -> Diagnostic:
    return Diagnostic("FC935", f"target `{target.name}` has no online store that can be used", target.span, cause, fix)


class PostgresOnlineStore:
    """A session; see ``protocol.OnlineStore``."""

    def __init__(self, url: str, schema: str) -> None:
        self.schema = schema
        self._url = url
        self._connection = connect(url, autocommit=True)
        self._registry = _Registry(exists=False, current=False, schema=False)

    def close(self) -> None:
        self._connection.close()

    def active(self, views: Collection[str]) -> Mapping[str, ActiveView]:
        with translated(self._url):
            if not self._look().readable:
                return {}
            rows = self._rows("online/active.sql", {"schema": self.schema, "views": list(views)})
        return {
            name: ActiveView(OnlineView(name, fingerprint, _keys(keys), _features(features), ttl), as_of)
            for name, fingerprint, keys, features, ttl, as_of in rows
        }

    def read(self, lookups: Sequence[Lookup], now: datetime) -> list[list[StoredRow | None]]:
        found: list[list[StoredRow | None]] = [[None] * len(lookup.keys) for lookup in lookups]
        parameters: dict[str, object] = {f"keys_{n}": list(lookup.keys) for n, lookup in enumerate(lookups)}
        asked = [
            SimpleNamespace(ttl=lookup.view.ttl, windowed=lookup.view.windowed, table=self._table(lookup.view))
            for lookup in lookups
        ]
        with translated(self._url):
            rows = self._rows("online/read.sql", parameters | {"now": now}, lookups=asked) if asked else []
        for lookup, place, event_timestamp, as_of, fresh, payload in rows:
            found[lookup][place - 1] = StoredRow(event_timestamp, as_of, fresh, payload)
        return found

    def publish(self, view: OnlineView, batch: Callable[[Watermark | None], Batch], as_of: datetime) -> Published:
        with self._refusing(view):
            self._register()
            with self._lease(view, as_of):
                before = self._contract(view)
                given = batch(before.watermark)
                if before.watermark is None:
                    counts = self._fill(view, given.lines, as_of, before.run + 1)
                elif view.windowed and as_of < before.watermark.as_of:
                    counts = dict.fromkeys(_COUNTS, 0)
                else:
                    counts = self._merge(view, given, as_of, before.run + 1)
                self._record(view, counts, Watermark(as_of, given.checksum), before)
        return Published(**counts, switched=before.active != view.fingerprint)

    def _fill(self, view: OnlineView, lines: Iterable[bytes], as_of: datetime, run: int) -> dict[str, int]:
        """Rows into a table that does not exist yet."""
        table = self._table(view)
        self._run("upsert/table.sql", table=table, as_of=as_of, run=run)
        rows = self._copy("upsert/fill.sql", lines, table=table)
        self._run("upsert/filled.sql", table=table)
        return dict.fromkeys(_COUNTS, 0) | {"rows": rows, "inserted": rows}

    def _merge(self, view: OnlineView, given: Batch, as_of: datetime, run: int) -> dict[str, int]:
        """Rows into a table that may hold older, equal or newer ones."""
        table = self._table(view)
        self._run("upsert/stage.sql")
        rows = self._copy("upsert/stage_rows.sql", given.lines)
        merged = {"table": table, "as_of": as_of, "run": run, "windowed": view.windowed}
        ((inserted, updated),) = self._rows("upsert/merge.sql", **merged)
        stale = removed = 0
        if view.windowed and given.whole:
            ((removed,),) = self._rows("upsert/remove.sql", table=table)
        elif not view.windowed and inserted + updated < rows:
            ((stale,),) = self._rows("upsert/stale.sql", table=table)
        unchanged = rows - inserted - updated - stale
        return dict(zip(_COUNTS, (rows, inserted, updated, unchanged, stale, removed), strict=True))

    def _record(self, view: OnlineView, counts: Mapping[str, int], reached: Watermark, before: "_Before") -> None:
        """What the registry says of this export; the last statement is the one that readers notice."""
        table_schema, table_name = self._table(view)
        parameters: dict[str, object] = {
            "schema": self.schema,
            "view": view.name,
            "fingerprint": view.fingerprint,
            "as_of": reached.as_of,
            "checksum": reached.checksum,
            "run": before.run + 1,
        }
        described = {
            "table_schema": table_schema,
            "table_name": table_name,
            "join_keys": json.dumps(_described_keys(view)),
            "features": json.dumps(_described_features(view)),
            "ttl": view.ttl,
        }
        self._rows("online/version_record.sql", parameters | described)
        moves = before.watermark is None or before.watermark.as_of <= reached.as_of
        self._rows("online/watermark.sql", {**parameters, **counts}, moves=moves)
        self._rows("online/switch.sql", parameters)

    def _contract(self, view: OnlineView) -> "_Before":
        """What is there of this version. Raises FeaturecError (FC934) where it is not what an export may write to."""
        table = self._table(view)
        parameters: dict[str, object] = {"schema": self.schema, "view": view.name, "fingerprint": view.fingerprint}
        ((recorded, columns, run, as_of, checksum, active),) = self._rows("online/version.sql", parameters, table=table)
        if columns is None:
            return _Before(run or 0, active, None)
        known = recorded and (_keys(recorded["join_keys"]), _features(recorded["features"]))
        if columns != _TABLE_COLUMNS or known != (view.join_keys, view.features) or as_of is None:
            raise FeaturecError([_unknown_table(view, table)])
        return _Before(run, active, Watermark(as_of, checksum))

    @contextmanager
    def _lease(self, view: OnlineView, since: datetime) -> Iterator[None]:
        """A transaction in which no other run exports this view.

        Who holds it is committed beforehand, as nobody can read what an open transaction writes. Another run may
        do the same in between; then its name stands there, and it goes first.
        """
        token = secrets.token_hex(8)
        parameters: dict[str, object] = {"schema": self.schema, "view": view.name}
        holder = parameters | {"host": socket.gethostname(), "pid": os.getpid(), "since": since, "token": token}
        with self._connection.transaction():
            self._rows("online/lease_create.sql", parameters)
            if not self._rows("online/lease_lock.sql", parameters):
                raise FeaturecError([self._held(view)])
            self._rows("online/lease_announce.sql", holder)
        with self._connection.transaction():
            if self._rows("online/lease_lock.sql", parameters) != [(token,)]:
                raise FeaturecError([self._held(view)])
            yield

    def _held(self, view: OnlineView) -> Diagnostic:
        found = self._rows("online/lease_holder.sql", {"schema": self.schema, "view": view.name})
        host, pid, since = found[0]
        return Diagnostic(
            "FC932",
            f"another run is exporting `{view.name}`",
            cause=f"process {pid} on {host} has held its lease since {since:%Y-%m-%d %H:%M:%S} UTC",
            fix="wait until it has ended, then run again; the lease ends with its process",
        )

    def _register(self) -> None:
        """Create the registry and the schema of the tables where they are missing, and what was added to them since."""
        found = self._look()
        if found.writable:
            return
        try:
            with translated(self._url), self._connection.transaction():
                outdated = found.exists and not found.current
                self._run("online/registry.sql", schema=self._table_schema(), outdated=outdated)
        except FeaturecError:
            # An offline store in the same database may have made the schema between the look and the statement.
            if not self._look().writable:
                raise

    def _look(self) -> "_Registry":
        """The registry as it is; what was there once stays."""
        if not self._registry.writable:
            ((exists, current, schema),) = self._rows("online/registry_exists.sql", schema=self._table_schema())
            self._registry = _Registry(exists, current, schema)
        return self._registry

    def _table_schema(self) -> str:
        name = f"{self.schema}_online"
        if len(name.encode()) <= _NAME_BYTES:
            return name
        return f"{hashlib.sha256(self.schema.encode()).hexdigest()[:16]}_online"

    def _table(self, view: OnlineView) -> tuple[str, str]:
        return self._table_schema(), f"{view.name}__{view.fingerprint[:8]}"

    @contextmanager
    def _refusing(self, view: OnlineView) -> Iterator[None]:
        """What the server refuses inside, as FC933. Findings of others, such as of the rows' own source, pass."""
        passing: FeaturecError | None = None
        try:
            with translated(self._url):
                try:
                    yield
                except FeaturecError as error:
                    passing = error
                    raise
        except CannotOperate:
            raise
        except FeaturecError as error:
            if error is passing:
                raise
            raise FeaturecError([_refused_rows(view, error.diagnostics[0].cause)]) from None

    def _copy(self, template: str, blocks: Iterable[bytes], /, **values: object) -> int:
        with self._connection.cursor() as cursor:
            with cursor.copy(render_sql(template, _DIALECT, **values).encode()) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount

    def _run(self, template: str, /, **values: object) -> None:
        self._connection.execute(render_sql(template, _DIALECT, **values).encode())

    def _rows(
        self, template: str, parameters: Mapping[str, object] | None = None, /, **values: object
    ) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(render_sql(template, _DIALECT, **values).encode(), parameters)
        return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class _Registry:
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


@dataclass(frozen=True)
class _Before:
    """What the store has of a version before an export: its last run, the version that is active, how far it was exported.

    Without a table there is no watermark, whatever is recorded.
    """

    run: int
    active: str | None
    watermark: Watermark | None


def _described_keys(view: OnlineView) -> list[dict[str, object]]:
    return [{"name": key.name, "type": key.type} for key in view.join_keys]


def _described_features(view: OnlineView) -> list[dict[str, object]]:
    return [{"name": f.name, "type": f.type, "default": f.default, "windowed": f.windowed} for f in view.features]


def _keys(described: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(key["name"], key["type"]) for key in described)


def _features(described: Sequence[Mapping[str, Any]]) -> tuple[OnlineFeature, ...]:
    """Features as they are recorded; registries of earlier versions do not say which are windowed, as none were."""
    return tuple(OnlineFeature(f["name"], f["type"], f["default"], f.get("windowed", False)) for f in described)


def _unknown_table(view: OnlineView, table: tuple[str, str]) -> Diagnostic:
    return Diagnostic(
        "FC934",
        f"the online table of `{view.name}` is not the one that featurec made",
        cause=f"`{'.'.join(table)}` has other columns, or the registry describes its keys and features otherwise",
        fix=f"if nothing else uses `{'.'.join(table)}`, drop it; the next `featurec run` fills it anew",
    )


def _refused_rows(view: OnlineView, reason: str) -> Diagnostic:
    return Diagnostic(
        "FC933",
        f"the online store refused the rows of `{view.name}`",
        cause=f"{reason}\nPostgreSQL keeps no NUL character in text and no entity key over 512 bytes",
        fix="mend or filter in the view's SELECT what the message names; readers still see what was there before",
    )
