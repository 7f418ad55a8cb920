"""Forgetting one entity in what featurec has made: online rows and rejects, and the offline tables of all versions.

Online comes first, with a mark that keeps the entity away: if the command dies in between, no export brings it back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from featurec.codegen import ident
from featurec.diagnostic import Diagnostic
from featurec.engines.protocol import Engine
from featurec.engines.tables import STATE_SCHEMA
from featurec.errors import FeaturecError
from featurec.online.encoding import Encoded, encode_key, erase_sql
from featurec.online.protocol import OnlineStore
from featurec.online_type import key_type
from featurec.run.failures import erase_failures
from featurec.run.state import State
from featurec.spec import Column, Entity


@dataclass(frozen=True)
class Erasure:
    """Table -> how many rows of the entity were deleted from it; tables that had none are there with 0."""

    online: Mapping[str, int]
    offline: Mapping[str, int]


def erase_entity(
    engine: Engine,
    store: OnlineStore | None,
    entity: Entity,
    values: Mapping[str, str],
    views: Collection[str] | None,
    at: datetime,
) -> Erasure:
    """Delete an entity from everything that is keyed by it, alone or with others. Doing so again deletes nothing more.

    Args:
        values: join key -> value as a person writes it.
        views: only these; then later exports may bring the entity again. None for all, those that the project no longer
            has included.
        at: recorded as the time of it.

    Raises FeaturecError (FC942) for a value that is not of its key's type.
    """
    given = [values[key.name] for key in entity.join_keys]
    for key, value in zip(entity.join_keys, given, strict=True):
        _check(key, value)
    online = store.erase(entity.join_keys, given, views, at) if store is not None else {}
    return Erasure(online, _offline(engine, entity.join_keys, given, views))


def _check(key: Column, value: str) -> None:
    declared = key_type(key.type or "")
    try:
        if declared is not None:
            encode_key([declared], [value])
    except ValueError as error:
        finding = Diagnostic(
            "FC942",
            f"`{key.name}` is {value!r}, which is not a {key.type}",
            key.span,
            str(error),
            f"give a {key.type}, the declared type of the join key `{key.name}`",
        )
        raise FeaturecError([finding]) from None


def _offline(
    engine: Engine, join_keys: Sequence[Column], values: Sequence[str], views: Collection[str] | None
) -> dict[str, int]:
    state = State(engine)
    found = {}
    with engine.transaction():
        versions = [version for version in state.versions() if views is None or version.view in views]
        for view in sorted({version.view for version in versions}):
            state.lock(view)
        for version in versions:
            place = (engine.schema, version.table)
            types = {name.lower(): (name, kind) for name, kind in engine.columns(ident(place, engine.dialect)).items()}
            keys = [
                Encoded(name, declared, name)
                for key in join_keys
                for name, kind in [types.get(key.name.lower(), ("", ""))]
                if (declared := key_type(kind))
            ]
            if len(keys) == len(join_keys):
                texts = [encode_key([key.type], [value]) or "" for key, value in zip(keys, values, strict=True)]
                found[".".join(place)] = engine.execute(erase_sql(place, keys, texts, engine.dialect))
        found[f"{STATE_SCHEMA}.test_failures"] = erase_failures(engine, join_keys, values)
    return found
