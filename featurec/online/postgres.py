"""PostgreSQL as the online store: a table of keys and JSON per version of a view, and a registry of the active ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate
from featurec.online.erase import erase
from featurec.online.protocol import (
    ActiveView,
    Batch,
    Erased,
    Lookup,
    OnlineStore,
    OnlineView,
    Published,
    StoredRow,
    StoredVersion,
    Turn,
)
from featurec.online.publish import publish
from featurec.online.registry import Registry, features, keys
from featurec.online.session import Session
from featurec.online.versions import activate, drop, stored_versions
from featurec.postgres import translated
from featurec.spec import Column, Target

EMBEDDED = "embedded"
MAX_FUTURE = timedelta(minutes=5)


def open_store(target: Target, root: Path) -> OnlineStore:
    """Open a session of the target's online store.

    Raises CannotOperate: FC935 for a target without one, FC902 or FC931 where it does not answer.
    """
    url, schema = store_address(target, root)
    ahead = (target.online or {}).get("max_future")
    return PostgresOnlineStore(url, schema, MAX_FUTURE if ahead is None else timedelta(microseconds=int(ahead)))


def store_address(target: Target, root: Path) -> tuple[str, str]:
    """URL and schema of the target's online store; the embedded one is started.

    Raises CannotOperate: FC935 for a target without one, FC931 where the embedded one does not start.
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
    return url, store_schema(target)


def store_schema(target: Target) -> str:
    """What keeps people who share the target's online store apart."""
    return str((target.online or {}).get("schema") or target.offline.get("schema") or "features")


def _no_store(target: Target, cause: str, fix: str) -> Diagnostic:
    return Diagnostic("FC935", f"target `{target.name}` has no online store that can be used", target.span, cause, fix)


class PostgresOnlineStore:
    """A session; see ``protocol.OnlineStore``.

    Args:
        max_future: how far ahead of the server's clock a row may be stamped.
    """

    def __init__(self, url: str, schema: str, max_future: timedelta = MAX_FUTURE) -> None:
        self.schema = schema
        self._max_future = max_future
        self._session = Session(url)
        self._registry = Registry(self._session, schema)

    def close(self) -> None:
        self._session.close()

    def active(self, views: Collection[str]) -> Mapping[str, ActiveView]:
        with translated(self._session.url):
            if not self._registry.readable:
                return {}
            rows = self._session.rows("online/active.sql", {"schema": self.schema, "views": list(views)})
        return {
            name: ActiveView(
                OnlineView(name, fingerprint, keys(join_keys), features(described), ttl), as_of.astimezone(UTC)
            )
            for name, fingerprint, join_keys, described, ttl, as_of in rows
        }

    def versions(self) -> list[StoredVersion]:
        return stored_versions(self._session, self._registry)

    def activate(self, view: str, fingerprint: str, at: datetime) -> StoredVersion | None:
        return activate(self._session, self._registry, view, fingerprint, at)

    def drop(self, view: str, fingerprint: str, *, seen: bool = False) -> bool:
        return drop(self._session, self._registry, view, fingerprint, seen=seen)

    def read(self, lookups: Sequence[Lookup], now: datetime) -> list[list[StoredRow | None]]:
        found: list[list[StoredRow | None]] = [[None] * len(lookup.keys) for lookup in lookups]
        parameters: dict[str, object] = {f"keys_{n}": list(lookup.keys) for n, lookup in enumerate(lookups)}
        asked = [
            SimpleNamespace(ttl=lookup.view.ttl, windowed=lookup.view.windowed, table=self._registry.table(lookup.view))
            for lookup in lookups
        ]
        with translated(self._session.url):
            rows = self._session.rows("online/read.sql", parameters | {"now": now}, lookups=asked) if asked else []
        for lookup, place, event_timestamp, as_of, fresh, payload in rows:
            at = event_timestamp and event_timestamp.astimezone(UTC)
            found[lookup][place - 1] = StoredRow(at, as_of.astimezone(UTC), fresh, payload)
        return found

    def publish(self, view: OnlineView, batch: Callable[[Turn], Batch], as_of: datetime) -> Published:
        return publish(self._session, self._registry, view, batch, as_of, self._max_future)

    def erase(
        self, join_keys: Sequence[Column], values: Sequence[object], views: Collection[str] | None, at: datetime
    ) -> Erased:
        return erase(self._session, self._registry, join_keys, values, views, at)
