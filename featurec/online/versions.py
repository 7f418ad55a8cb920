"""Versions of views that the store keeps beside the one that readers see: going back to one, and dropping one."""

from datetime import UTC, datetime

from featurec import clock
from featurec.online.protocol import OnlineView, StoredVersion
from featurec.online.registry import Registry, features, keys
from featurec.online.session import Session
from featurec.postgres import translated


def stored_versions(session: Session, registry: Registry) -> list[StoredVersion]:
    """See ``protocol.OnlineStore.versions``."""
    with translated(session.url):
        if not registry.readable:
            return []
        rows = session.rows("online/versions.sql", {"schema": registry.schema})
    return [
        StoredVersion(
            OnlineView(view, fingerprint, keys(join_keys), features(described), ttl),
            active,
            as_of and as_of.astimezone(UTC),
        )
        for view, fingerprint, join_keys, described, ttl, active, as_of in rows
    ]


def activate(session: Session, registry: Registry, view: str, fingerprint: str, at: datetime) -> StoredVersion | None:
    """See ``protocol.OnlineStore.activate``."""
    version = _version(session, registry, view, fingerprint)
    if version is None or version.active:
        return version
    with translated(session.url), registry.lease(version.view, clock.now()):
        version = _version(session, registry, view, fingerprint)
        if version is not None:
            session.rows("online/switch.sql", registry.named(version.view) | {"as_of": at})
    return version


def drop(session: Session, registry: Registry, view: str, fingerprint: str, *, seen: bool) -> bool:
    """See ``protocol.OnlineStore.drop``."""
    version = _version(session, registry, view, fingerprint)
    if version is None:
        return False
    with translated(session.url), registry.lease(version.view, clock.now()):
        version = _version(session, registry, view, fingerprint)
        if version is None or (version.active and not seen):
            return False
        named = {"schema": registry.schema, "view": view, "fingerprint": fingerprint}
        session.run("online/drop.sql", table=registry.table(version.view), **named)
    return True


def _version(session: Session, registry: Registry, view: str, fingerprint: str) -> StoredVersion | None:
    found = stored_versions(session, registry)
    return next((v for v in found if v.view.name == view and v.view.fingerprint == fingerprint), None)
