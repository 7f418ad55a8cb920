"""Drops versions that readers have not seen for so long that nobody goes back to them: online first, then offline.

Whatever stops it in between leaves the offline version, which the next run collects again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from featurec.engines.protocol import Engine
from featurec.errors import CannotOperate, FeaturecError
from featurec.failpoint import failpoint
from featurec.online.protocol import OnlineStore
from featurec.run.state import State, Version
from featurec.spec import Target

GRACE = timedelta(days=7)


@dataclass(frozen=True)
class Collecting:
    """What is to be collected.

    Attributes:
        grace: how long a version is kept after readers saw it last.
        views: all that the project has; None where the run was not of the whole project.
    """

    grace: timedelta
    views: Collection[str] | None = None


def grace_of(target: Target) -> timedelta:
    """The target's ``keep_versions``."""
    kept = target.offline.get("keep_versions")
    return timedelta(microseconds=kept) if isinstance(kept, int) else GRACE


def retire_missing(state: State, project: str, collecting: Collecting, now: datetime) -> list[str]:
    """Take views out of use that the project built and no longer has; what was done, for people.

    Views of another project that shares the schema are left alone.
    """
    told = []
    last = now + collecting.grace
    for view in state.built_by(project):
        if view not in (collecting.views or ()):
            state.retire(view, now)
            told.append(f"`{view}` is no longer in the project: its tables may go from {last:%Y-%m-%d} on")
    return told


def collectable(state: State, grace: timedelta, now: datetime) -> list[Version]:
    """The versions whose time is over."""
    return [v for v in state.versions() if (end := goes_at(v, grace)) is not None and end <= now]


def goes_at(version: Version, grace: timedelta) -> datetime | None:
    """When a version may be dropped; None for the one that readers see."""
    return None if version.active else (version.retired_at or version.built_at) + grace


def collect(engine: Engine, store: OnlineStore | None, grace: timedelta, now: datetime) -> list[str]:
    """Drop versions that were retired for longer than ``grace``; what was done, for people.

    Never drops what readers see, but for views that were retired as a whole. What is in use stays for the next run.

    Args:
        store: of the target; None for a target that has none.
    """
    state = State(engine)
    told = []
    for version in collectable(state, grace, now):
        try:
            if _collected(state, store, version):
                told.append(f"dropped `{version.table}`, which readers have not seen since {_since(version)}")
        except CannotOperate:
            raise
        except FeaturecError:
            told.append(f"`{version.table}` is in use and stays until the next run")
    return told


def _collected(state: State, store: OnlineStore | None, version: Version) -> bool:
    others = [v for v in state.versions(version.view) if v.table != version.table]
    if store is not None and all(v.fingerprint != version.fingerprint for v in others):
        gone = not any(v.active for v in others)
        if not store.drop(version.view, version.fingerprint, seen=gone) and _is_seen(store, version):
            return False
    failpoint("collect.offline")
    return state.collect(version)


def _is_seen(store: OnlineStore, version: Version) -> bool:
    """Whether online readers still see it, as the version that follows was not exported yet."""
    return any(v.active and v.view.fingerprint == version.fingerprint for v in store.versions())


def _since(version: Version) -> str:
    return f"{version.retired_at or version.built_at:%Y-%m-%d %H:%M}"
