"""Whether the rows of an offline table are still those that an export was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Protocol

from featurec.codegen import ident, render_sql
from featurec.dialects.dialect import Dialect
from featurec.engines.protocol import Row

_AMBIGUOUS = ("float", "double", "interval")
"""Types, also as parts of others, with values that are equal and yet not the same."""


@dataclass(frozen=True)
class Checksums:
    """Of the rows usable at two instants; equal text means equal rows, whatever their order.

    Attributes:
        before: of those usable at the earlier instant.
        now: of those usable at the later one.
        unnamed: how many of the latter have NULL in a join key.
        future: how many rows will not be usable before an instant that is too far ahead.
    """

    before: str
    now: str
    unnamed: int = 0
    future: int = 0


class Reading(Protocol):
    """As much of an engine as is needed to read a table of its: the engine itself, or another session of its database."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def schema(self) -> str: ...

    def query(self, sql: str) -> list[Row]: ...

    def columns(self, relation: str) -> dict[str, str]: ...


def checksums(
    engine: Reading,
    table: str,
    since: datetime,
    as_of: datetime,
    keys: Sequence[str] = (),
    latest: datetime | None = None,
) -> Checksums:
    """Both checksums of a built table, in one scan of it. They start with the engine's name, as hashes are its own.

    Args:
        keys: the columns of its join keys.
        latest: rows that come into use after it are too far ahead; None: none is.
    """
    place = (engine.schema, table)
    sql = render_sql(
        f"online/checksum_{engine.dialect.name}.sql",
        engine.dialect,
        table=place,
        columns=lambda: _hashed(engine.columns(ident(place, engine.dialect))),
        since=since,
        as_of=as_of,
        keys=keys,
        latest=latest,
    )
    (found,) = engine.query(sql)
    return Checksums(found["before"], found["now"], int(found["unnamed"]), int(found["future"]))


def _hashed(columns: Mapping[str, str]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(name=name, ambiguous=any(part in kind for part in _AMBIGUOUS)) for name, kind in columns.items()
    ]
