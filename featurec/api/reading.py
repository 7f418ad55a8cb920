"""Online reads of a library: one query each, made once for a request and the versions of its views that readers see."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

from featurec.api.requests import Asked
from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate, FeaturecError
from featurec.online.encoding import decode, default_value, encode_key
from featurec.online.protocol import ActiveView, OnlineView
from featurec.online.read import EntityFeatures, ill_typed_key, missing_key
from featurec.online.registry import features, keys
from featurec.online.sessions import Rows, Sessions
from featurec.online_type import ValueType, key_type
from featurec.serve.answer import entity_features
from featurec.serve.bound import Bound, Reading
from featurec.spec import FeatureRequest

if TYPE_CHECKING:
    from featurec.engines.frames import Frame

_ATTEMPTS = 4
_KEPT = 256
_NOT_THERE = ("42P01", "3F000")
"""A table or schema that does not exist: nothing was exported yet, or a version was dropped."""
_AS_STORED = ("integer", "boolean", "text")
"""Kinds whose values JSON has as they are."""

Columns = Mapping[str, Sequence[object]]
"""Column of the entity rows -> a value for each."""


@dataclass(frozen=True, eq=False)
class _Decoded:
    """A feature of an answer: where it is in a payload, and what makes a value of it; None where nothing need be made."""

    output: str
    stored: str
    windowed: bool
    default: object
    made: Callable[[Any], object] | None


@dataclass(frozen=True, eq=False)
class _Query:
    """Requests bound to versions, ready to be asked: per lookup the features to be decoded, and the types of its keys."""

    bound: Bound
    sql: bytes
    lookups: tuple[tuple[Reading, tuple[_Decoded, ...]], ...]
    types: tuple[tuple[ValueType, ...], ...]

    @classmethod
    def of(cls, bound: Bound) -> "_Query":
        layout = bound.timed
        lookups = tuple((r, tuple(_decoded(r))) for r in layout.readings)
        types = tuple(tuple(k for key in r.asked.view.join_keys if (k := key_type(key.type or ""))) for r, _ in lookups)
        return cls(bound, layout.sql, lookups, types)

    def parameters(self, columns: Columns, now: datetime) -> dict[str, object]:
        """What the query is given. Raises FeaturecError: FC941 a key is missing, FC942 a value is not of its key's type."""
        found: dict[str, object] = {"schema": self.bound.schema, "now": now}
        findings: list[Diagnostic] = []
        for (reading, _), types in zip(self.lookups, self.types, strict=True):
            name = f"keys_{reading.keys}"
            if name not in found:
                found[name] = _keys(reading, types, columns, findings)
        if findings:
            raise FeaturecError(list(dict.fromkeys(findings)))
        return found


def _decoded(reading: Reading) -> list[_Decoded]:
    found = []
    for output, (feature, declared) in reading.asked.features.items():
        made: Callable[[Any], object] | None = None
        if declared.kind not in _AS_STORED:
            made = float if declared.kind == "double" else _decoder(declared)
        default = default_value(declared, feature.default)
        found.append(_Decoded(output, feature.name, feature.windowed, default, made))
    return found


def _decoder(declared: ValueType) -> Callable[[object], object]:
    return lambda value: decode(declared, value)


def _keys(
    reading: Reading, types: Sequence[ValueType], columns: Columns, findings: list[Diagnostic]
) -> list[str | None]:
    names = reading.asked.columns()
    missing = [name for name in names if name not in columns]
    if missing:
        if columns:  # no rows have no columns
            findings.append(missing_key(reading.asked, missing[0], dict.fromkeys(columns)))
        return []
    given = [columns[name] for name in names]
    if len(types) == 1 and types[0].kind == "integer" and all(value.__class__ is int for value in given[0]):
        with suppress(ValueError):  # Python writes no number of thousands of digits; below it is told
            return [str(value) for value in given[0]]
    found: list[str | None] = []
    for values in zip(*given, strict=True):
        try:
            found.append(encode_key(types, values))
        except ValueError:
            findings += ill_typed_key(reading.asked, names, types, dict(zip(names, values, strict=True)))
    return found


@dataclass(frozen=True, eq=False)
class Answer:
    """The rows that a query found, by columns.

    Attributes:
        columns: of the entity rows, as they were given.
    """

    query: _Query
    rows: Rows
    columns: Columns

    def values(self) -> dict[str, list[object]]:
        """Feature -> value of each entity, its default where there is none."""
        found: dict[str, list[object]] = {}
        for reading, decoded in self.query.lookups:
            place, fresh = reading.payload, reading.fresh
            loads = orjson.loads
            payloads: list[Mapping[str, object]] = [loads(text) if (text := row[place]) else {} for row in self.rows]
            old = [not row[fresh] for row in self.rows] if fresh is not None else None
            for feature in decoded:
                name, default, made = feature.stored, feature.default, feature.made
                values = [payload.get(name) for payload in payloads]
                if old is not None and not feature.windowed and any(old):
                    values = [None if aged else value for aged, value in zip(old, values, strict=True)]
                if made is not None:
                    values = [default if value is None else made(value) for value in values]
                elif default is not None:
                    values = [default if value is None else value for value in values]
                found[feature.output] = values
        return found

    def entity_features(self) -> list[EntityFeatures]:
        """The same by entity, with statuses and times."""
        return entity_features(self.query.bound, self.rows, entities_of(self.columns))


def entities_of(columns: Columns) -> list[dict[str, object]]:
    """The entity rows."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def by_entity(answer: Answer | None, entities: Sequence[Mapping[str, object]]) -> list[EntityFeatures]:
    """An answer by entity; of none, entities without features."""
    return answer.entity_features() if answer else [EntityFeatures(entity, {}) for entity in entities]


def entity_columns(entity_rows: "Frame") -> dict[str, Sequence[object]]:
    """The columns of entity rows. Of a list of dicts, a key that is not in all of them is in none.

    Raises FeaturecError: FC941 for rows without a common key, FC942 for columns of unequal length, FC954 for what is no rows.
    """
    if isinstance(entity_rows, list) and all(isinstance(row, dict) for row in entity_rows):
        names = [name for name in entity_rows[0] if all(name in row for row in entity_rows)] if entity_rows else []
        if entity_rows and not names:
            fix = "give each row the join keys of what is asked for"
            raise FeaturecError([Diagnostic("FC941", "the entity rows have no key in common", fix=fix)])
        return {name: [row[name] for row in entity_rows] for name in names}
    from featurec.engines.frames import row_values

    columns: dict[str, Sequence[object]] = {**row_values(entity_rows, "entity_rows")}
    if len({len(values) for values in columns.values()}) > 1:
        cause = ", ".join(f"`{name}` has {len(values)}" for name, values in columns.items())
        raise FeaturecError([Diagnostic("FC942", "columns of `entity_rows` differ in length", cause=cause)])
    return columns


class Reader:
    """Reads of one target's online store. Any thread and any event loop may call it.

    A query says of itself whether its versions are those that readers see, in the snapshot in which it reads the rows. Where
    they are not it is made anew, so that a new version is noticed at once and two never meet in one answer.
    """

    def __init__(self, sessions: Sessions, schema: str) -> None:
        self._sessions = sessions
        self._schema = schema
        self._known: OrderedDict[tuple[object, ...], _Query] = OrderedDict()
        self._lock = Lock()

    def read(self, asked: Asked, full: bool, columns: Columns, now: datetime) -> Answer:
        """What the store has of these entities.

        Raises FeaturecError: FC940 a view or feature is not in the store, FC941 a key is missing, FC942 a key's value is not
        of its type, FC264 two features have one name; CannotOperate where the store does not answer.
        """
        key = (full, asked.key)
        query = self._known.get(key)
        for _ in range(_ATTEMPTS):
            if query is None:
                query = self._made(key, asked.requests, full, self._active(asked.requests))
            try:
                rows = self._sessions.rows(query.sql, query.parameters(columns, now))
            except FeaturecError as error:
                _unless_gone(error)
            else:
                if not rows or rows[0][0]:
                    return Answer(query, rows, columns)
            query = None
        raise _moving()

    async def read_async(self, asked: Asked, full: bool, columns: Columns, now: datetime) -> Answer:
        """As ``read``, in the running event loop."""
        key = (full, asked.key)
        query = self._known.get(key)
        for _ in range(_ATTEMPTS):
            if query is None:
                query = self._made(key, asked.requests, full, await self._active_async(asked.requests))
            try:
                rows = await self._sessions.rows_async(query.sql, query.parameters(columns, now))
            except FeaturecError as error:
                _unless_gone(error)
            else:
                if not rows or rows[0][0]:
                    return Answer(query, rows, columns)
            query = None
        raise _moving()

    def _made(self, key: tuple[object, ...], requests: tuple[FeatureRequest, ...], full: bool, rows: Rows) -> _Query:
        bound, findings = Bound.of(self._schema, requests, _views(rows), full)
        if bound is None:
            raise FeaturecError(list(dict.fromkeys(findings)))
        query = _Query.of(bound)
        with self._lock:
            self._known[key] = query
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return query

    def _active(self, requests: Sequence[FeatureRequest]) -> Rows:
        try:
            return self._sessions.rows(*self._question(requests))
        except FeaturecError as error:
            return _unless_gone(error)

    async def _active_async(self, requests: Sequence[FeatureRequest]) -> Rows:
        try:
            return await self._sessions.rows_async(*self._question(requests))
        except FeaturecError as error:
            return _unless_gone(error)

    def _question(self, requests: Sequence[FeatureRequest]) -> tuple[bytes, dict[str, object]]:
        sql = render_sql("online/active.sql", get("postgres")).encode()
        return sql, {"schema": self._schema, "views": list({request.view for request in requests})}


def _views(rows: Rows) -> Mapping[str, ActiveView]:
    return {
        name: ActiveView(OnlineView(name, mark, keys(join_keys), features(told), ttl), as_of.astimezone(UTC))
        for name, mark, join_keys, told, ttl, as_of in rows
    }


def _unless_gone(error: FeaturecError) -> Rows:
    """No rows, where what was asked for is not there any more, or not yet."""
    if error.sqlstate not in _NOT_THERE:
        raise error
    return []


def _moving() -> CannotOperate:
    cause = "their versions changed each time while they were read"
    return CannotOperate([Diagnostic("FC902", "the views are being exported anew", cause=cause, fix="read again")])
