"""Whether the rows of an offline table are still those that an export was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

from featurec.codegen import ident, render_sql
from featurec.engines.protocol import Engine

_AMBIGUOUS = ("float", "double", "interval")
"""Types, also as parts of others, with values that are equal and yet not the same."""


@dataclass(frozen=True)
class Checksums:
    """Of the rows usable at two instants; equal text means equal rows, whatever their order.

    Attributes:
        before: of those usable at the earlier instant.
        now: of those usable at the later one.
    """

    before: str
    now: str


def checksums(engine: Engine, table: str, since: datetime, as_of: datetime) -> Checksums:
    """Both checksums of a built table, in one scan of it. They start with the engine's name, as hashes are its own."""
    place = (engine.schema, table)
    columns = engine.columns(ident(place, engine.dialect))
    sql = render_sql(
        f"online/checksum_{engine.dialect.name}.sql",
        engine.dialect,
        table=place,
        columns=_hashed(columns),
        since=since,
        as_of=as_of,
    )
    (found,) = engine.query(sql)
    return Checksums(found["before"], found["now"])


def _hashed(columns: Mapping[str, str]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(name=name, ambiguous=any(part in kind for part in _AMBIGUOUS)) for name, kind in columns.items()
    ]
