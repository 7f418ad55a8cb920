"""Forgetting an entity online: its rows in every version, what was rejected of it, and a mark that keeps it away.

The mark is a digest of the entity key with a salt that is kept beside it. Whoever has both and guesses a key can check the
guess, so that it hides the key from readers of the table and not from an attacker with time (docs/decisions/0019).
"""

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from featurec.online.encoding import encode_key
from featurec.online.protocol import Erased
from featurec.online.registry import Registry, keys
from featurec.online.session import Session
from featurec.online_type import ValueType, key_type
from featurec.postgres import translated
from featurec.spec import Column


@dataclass(frozen=True)
class _Version:
    """A version of which some components of each entity key are the entity's: from ``first`` on, ``count`` of ``total``."""

    view: str
    fingerprint: str
    table: tuple[str, str]
    is_there: bool
    types: tuple[ValueType, ...]
    first: int
    count: int
    total: int

    @property
    def place(self) -> dict[str, int]:
        return {"first": self.first, "count": self.count, "total": self.total}


def erase(
    session: Session,
    registry: Registry,
    join_keys: Sequence[Column],
    values: Sequence[object],
    views: Collection[str] | None,
    at: datetime,
) -> Erased:
    """See ``protocol.OnlineStore.erase``."""
    declared = [kind for key in join_keys if (kind := key_type(key.type or ""))]
    spellings = {_encoded(declared, values)} if len(declared) == len(join_keys) else set()
    found: dict[str, int] = {}
    with translated(session.url):
        registry.prepare()
        with session.transaction("the erasing"):
            session.run("online/erase_lock.sql")
            for version in _versions(session, registry, [key.name for key in join_keys]):
                if views is not None and version.view not in views:
                    continue
                encoded = _encoded(version.types, values)
                spellings.add(encoded)
                named = {"schema": registry.schema, "view": version.view, "fingerprint": version.fingerprint}
                if version.is_there:
                    deleted = session.run("online/erase.sql", {"key": encoded}, table=version.table, **version.place)
                    found[".".join(version.table)] = found.get(".".join(version.table), 0) + deleted
                session.run("online/erase_checksum.sql", named)
                rejects = session.run("online/erase_rejects.sql", {**named, "key": encoded}, **version.place)
                found["featurec.online_rejects"] = found.get("featurec.online_rejects", 0) + rejects
            if views is None:
                _mark(session, registry, join_keys, spellings, at)
    return found


def _mark(
    session: Session, registry: Registry, join_keys: Sequence[Column], spellings: Collection[str], at: datetime
) -> None:
    """Keep the entity away from now on. All entities of the same join keys share a salt, so that exports hash a key once."""
    names = ",".join(key.name.lower() for key in join_keys)
    salts = dict(session.rows("online/erased_salts.sql", {"schema": registry.schema}))
    parameters = {
        "schema": registry.schema,
        "join_keys": names,
        "salt": salts.get(names) or secrets.token_bytes(16),
        "keys": sorted(spellings),
        "at": at,
    }
    session.run("online/erased_record.sql", parameters)


def _versions(session: Session, registry: Registry, names: Sequence[str]) -> Iterator[_Version]:
    """The versions whose join keys hold these, one after the other."""
    wanted = [name.lower() for name in names]
    rows = session.rows("online/erase_versions.sql", {"schema": registry.schema})
    for view, fingerprint, schema, table, described, is_there in rows:
        columns = keys(described)
        types = [kind for column in columns if (kind := key_type(column.type or ""))]
        present = [column.name.lower() for column in columns]
        for first in range(len(present) - len(wanted) + 1):
            last = first + len(wanted)
            if present[first:last] == wanted:
                place = (first, len(wanted), len(present))
                yield _Version(view, fingerprint, (schema, table), is_there, tuple(types[first:last]), *place)


def _encoded(types: Sequence[ValueType], values: Sequence[object]) -> str:
    """The entity's part of an entity key. Raises ValueError."""
    found = encode_key(types, values)
    if found is None:
        raise ValueError("NULL names no entity")
    return found
