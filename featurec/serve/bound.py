"""What a request asks for, bound to the versions of the views that readers see: one query, and where its columns stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from types import SimpleNamespace
from typing import Any, cast

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic, has_errors
from featurec.dialects.dialect import get
from featurec.online.encoding import default_value
from featurec.online.protocol import ActiveView
from featurec.online.read import Asked, bound, clashes
from featurec.online.registry import table_of
from featurec.online_type import ValueType
from featurec.plain_value import Json
from featurec.serve.keys import Columns, array, key_types, keys_of
from featurec.serve.spelling import Spell, spelled, stored_spelling
from featurec.spec import FeatureRequest

_DIALECT = get("postgres")


@dataclass(frozen=True)
class Feature:
    """A feature of an answer.

    Attributes:
        stored: its name in payloads.
        default: as JSON.
        spell: what makes a stored value that of an answer; None where it is.
    """

    output: str
    stored: str
    type: ValueType
    windowed: bool
    default: Json
    spell: Spell | None


@dataclass(frozen=True)
class Reading:
    """One lookup of an answer, and where its columns are in a row of the query that has times.

    Attributes:
        keys: which of the request's entity keys it is looked up by.
        payload, fresh, event, as_of: columns; None for one that is not asked for. Without times the last two are missing.
        verbatim: whether its payloads are a part of an answer as they are, but for NULL.
    """

    asked: Asked
    keys: int
    payload: int
    fresh: int | None
    event: int | None
    as_of: int | None
    features: tuple[Feature, ...]
    verbatim: bool

    @property
    def prefix(self) -> str:
        return self.asked.request.prefix


@dataclass(frozen=True)
class Layout:
    """A query, as it goes to the database, and how to read its rows."""

    sql: bytes
    readings: tuple[Reading, ...]
    payloads: Callable[[Sequence[Any]], tuple[str, ...]]


@dataclass(frozen=True)
class Bound:
    """Requests bound to the active versions.

    Attributes:
        asked: a lookup each.
        names: of all features, in the order asked for.
        columns: of entities that are looked at, in the order of their first use.
    """

    schema: str
    asked: tuple[Asked, ...]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    _key_groups: dict[tuple[tuple[str, ...], tuple[ValueType, ...]], int] = field(repr=False)

    @classmethod
    def of(
        cls, schema: str, requests: Sequence[FeatureRequest], active: Mapping[str, ActiveView], full: bool
    ) -> tuple["Bound | None", list[Diagnostic]]:
        """None where there are findings: FC940, FC264."""
        findings: list[Diagnostic] = []
        asked = tuple(found for r in requests if (found := bound(r, active, full, findings)))
        findings += clashes(asked)
        if has_errors(findings):
            return None, findings
        names = tuple(name for lookup in asked for name in lookup.features)
        columns = tuple(dict.fromkeys(column for lookup in asked for column in lookup.columns()))
        groups: dict[tuple[tuple[str, ...], tuple[ValueType, ...]], int] = {}
        for lookup in asked:
            groups.setdefault((tuple(lookup.columns()), key_types(lookup)), len(groups))
        return cls(schema, asked, names, columns, groups), []

    def parameters(self, columns: Columns, now: datetime, limit: int) -> dict[str, object]:
        """What the query is given. Raises Problem (422) for keys that cannot be looked up."""
        found: dict[str, object] = {"schema": self.schema, "now": now}
        for name, lookup, types in self._keys:
            found[name] = array(keys_of(lookup, types, columns, limit))
        return found

    @cached_property
    def _keys(self) -> list[tuple[str, Asked, tuple[ValueType, ...]]]:
        """Parameter of the query, a lookup whose keys it is, and their types."""
        first = {self._group(lookup): lookup for lookup in reversed(self.asked)}
        return [(f"keys_{number}", first[number], key_types(first[number])) for number in sorted(first)]

    def _group(self, lookup: Asked) -> int:
        return self._key_groups[tuple(lookup.columns()), key_types(lookup)]

    @cached_property
    def plain(self) -> Layout:
        """Without times."""
        return self._layout(times=False)

    @cached_property
    def timed(self) -> Layout:
        """With event times, and the instants of the exports that the rows are of."""
        return self._layout(times=True)

    def _layout(self, times: bool) -> Layout:
        readings = []
        column = 1
        for lookup in self.asked:
            windowed = lookup.view.windowed
            payload, fresh = column, column + 1 if windowed else None
            column += 1 + windowed
            event, as_of = (column, column + 1) if times else (None, None)
            column += 2 * times
            readings.append(_reading(lookup, self._group(lookup), payload, fresh, event, as_of))
        sql = render_sql(
            "serve/read.sql",
            _DIALECT,
            versions=list({a.view.name: a.view for a in self.asked}.values()),
            lookups=[
                SimpleNamespace(view=r.asked.view, keys=r.keys, table=table_of(self.schema, r.asked.view))
                for r in readings
            ],
            keys=len(self._key_groups),
            times=times,
        )
        first, *rest = [r.payload for r in readings]
        payloads = itemgetter(first, *rest) if rest else itemgetter(slice(first, first + 1))
        return Layout(sql.encode(), tuple(readings), cast("Callable[[Sequence[Any]], tuple[str, ...]]", payloads))


def _reading(asked: Asked, keys: int, payload: int, fresh: int | None, event: int | None, as_of: int | None) -> Reading:
    features = tuple(
        Feature(
            output,
            feature.name,
            declared,
            feature.windowed,
            spelled(declared, default_value(declared, feature.default)),
            stored_spelling(declared),
        )
        for output, (feature, declared) in asked.features.items()
    )
    same = {f.output: f.stored for f in features} == {f.name: f.name for f in asked.view.features}
    return Reading(asked, keys, payload, fresh, event, as_of, features, same and not any(f.spell for f in features))


def utc(naive: datetime | None) -> datetime | None:
    """An instant of a row, which comes without its zone."""
    return naive.replace(tzinfo=UTC) if naive is not None else None
