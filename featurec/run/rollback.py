"""Goes back to the version of a view that readers saw before: offline, then online. Nothing is computed.

A run with a definition that is newer goes forward again, as it would without a rollback in between.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from featurec.codegen import ident
from featurec.compiler import AnalyzedProject
from featurec.diagnostic import Diagnostic
from featurec.engines.protocol import Engine
from featurec.errors import CannotOperate, FeaturecError
from featurec.failpoint import failpoint
from featurec.online.protocol import OnlineStore
from featurec.run.state import Activation, State, Version

REASON = "rolled back"
"""What an activation by a rollback is recorded with."""


@dataclass(frozen=True)
class RolledBack:
    """What became of one view.

    Attributes:
        status: ``error`` where there is nothing to go back to, or a store refused.
        version: the one that readers see now; None where nothing has changed.
        message: for people, of what readers online see.
    """

    view: str
    status: Literal["success", "error"]
    version: Version | None = None
    message: str = ""
    findings: tuple[Diagnostic, ...] = ()


def rollback(
    engine: Engine,
    store: OnlineStore | None,
    analyzed: AnalyzedProject,
    views: Collection[str],
    now: datetime,
    run_id: str,
) -> list[RolledBack]:
    """Let readers of each chosen view see the version before the one that they see. The caller has the views' leases.

    Args:
        store: of the target; None where it has none.
        now: recorded as the time of the switch.

    Raises CannotOperate where a database is lost.
    """
    found = []
    for view in [name for name in analyzed.order if name in views]:
        try:
            version = _unfinished(engine, store, view) or _offline(engine, view, now, run_id)
            failpoint("rollback.online")
        except CannotOperate:
            raise
        except FeaturecError as error:
            found.append(RolledBack(view, "error", findings=error.diagnostics))
            continue
        found.append(_online(store, version, now))
    return found


def _unfinished(engine: Engine, store: OnlineStore | None, view: str) -> Version | None:
    """The version of a rollback that was stopped between the stores: it is finished, instead of going back once more."""
    state = State(engine)
    last = next(iter(state.activations(view)), None)
    if store is None or last is None or last.reason != REASON:
        return None
    active = next((version for version in state.versions(view) if version.active), None)
    online = [stored for stored in store.versions() if stored.view.name == view]
    waiting = [s for s in online if not s.active and active is not None and s.view.fingerprint == active.fingerprint]
    return active if waiting and any(stored.active for stored in online) else None


def _offline(engine: Engine, view: str, now: datetime, run_id: str) -> Version:
    state = State(engine)
    with engine.transaction():
        state.lock(view)
        versions = state.versions(view)
        version = earlier(state.activations(view), versions)
        if version is None:
            raise FeaturecError([_nothing(state, view, versions)])
        columns = _columns(engine, version)
        state.activate(version, [c for c in columns if not c.startswith("__fc_")], now, run_id, REASON)
    return version


def earlier(activations: Sequence[Activation], versions: Sequence[Version]) -> Version | None:
    """The version that readers saw before the present one, and would again after undoing what led to it.

    Going back twice goes two versions back: a rollback undoes an activation and is none to go back from.

    Args:
        activations: the last first.
        versions: those that have a table.
    """
    stack: list[str] = []
    for activation in reversed(activations):
        if activation.reason == REASON and activation.table in stack:
            while stack[-1] != activation.table:
                stack.pop()
        else:
            stack.append(activation.table)
    known = {version.table: version for version in versions}
    active = next((version for version in versions if version.active), None)
    for table in reversed(stack):
        version = known.get(table)
        if version is not None and (active is None or version.fingerprint != active.fingerprint):
            return version
    return None


def _columns(engine: Engine, version: Version) -> list[str]:
    tables = {found.name for found in engine.tables() if found.schema == engine.schema}
    if version.table not in tables:
        raise FeaturecError(
            [
                Diagnostic(
                    "FC966",
                    f"`{version.view}` cannot go back to the version before",
                    cause=f"its table `{version.table}` is recorded and is not there; featurec has not dropped it",
                    fix="write the definition of that version again and run: its table is built anew",
                )
            ]
        )
    return list(engine.columns(ident((engine.schema, version.table), engine.dialect)))


def _nothing(state: State, view: str, versions: Sequence[Version]) -> Diagnostic:
    there = {version.fingerprint for version in versions}
    if not there:
        cause, fix = "no table of it was ever built here", "begin with `featurec run`"
    elif any(name == view and fingerprint not in there for name, fingerprint in state.definitions()):
        cause = "the versions before were collected, as readers had not seen them for longer than the target's `keep_versions`"
        fix = "write the definition of that version again and run: its table is built anew"
    else:
        cause, fix = "readers have seen no other version of it", "leave it out with --exclude"
    return Diagnostic("FC966", f"`{view}` has no version to go back to", cause=cause, fix=fix)


def _online(store: OnlineStore | None, version: Version, now: datetime) -> RolledBack:
    """Let online readers see the same version, if it was exported."""
    try:
        if store is None or all(found.view.name != version.view for found in store.versions()):
            return RolledBack(version.view, "success", version)
        there = store.activate(version.view, version.fingerprint, now)
    except CannotOperate:
        raise
    except FeaturecError as error:
        message = "online readers go on to see the version after it"
        return RolledBack(version.view, "error", version, message, error.diagnostics)
    if there is None:
        message = "online readers go on to see the version after it, as this one was never exported: a run with its definition does that"
    elif there.as_of is None or there.as_of < version.built_at:
        message = f"online its values are older: as of {_told(there.as_of)}"
    else:
        message = f"online as of {_told(there.as_of)}"
    return RolledBack(version.view, "success", version, message)


def _told(at: datetime | None) -> str:
    return "an export that never ended" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
