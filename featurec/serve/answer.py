"""What an answer is made of, whichever shape it has: the values of one lookup for one entity."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from featurec.online.on_demand import Prepared
from featurec.online.protocol import StoredRow
from featurec.online.read import EntityFeatures, Status, values
from featurec.online_type import ValueType, value_type
from featurec.plain_value import Json
from featurec.serve.bound import Bound, Reading, utc
from featurec.serve.pool import Rows

PRESENT = str(Status.PRESENT)


@dataclass(frozen=True)
class Body:
    """An answer, and how many of its values have which status."""

    content: bytes
    statuses: Mapping[str, int]


def decoded(reading: Reading, payload: str | None, fresh: object) -> tuple[dict[str, object], dict[str, str]]:
    """Output name -> value as JSON, and the status of those that are not PRESENT.

    Args:
        payload: None where the store has no row, empty where it is too old.
        fresh: whether the row is within the TTL, where the payload does not tell.
    """
    if payload is None:
        return _defaults(reading, str(Status.NOT_FOUND))
    if not payload:
        return _defaults(reading, str(Status.OUTSIDE_MAX_AGE))
    stored = orjson.loads(payload)
    found: dict[str, object] = {}
    statuses: dict[str, str] = {}
    for feature in reading.features:
        value = stored.get(feature.stored)
        if not fresh and not feature.windowed:
            found[feature.output], statuses[feature.output] = feature.default, str(Status.OUTSIDE_MAX_AGE)
        elif value is None:
            found[feature.output], statuses[feature.output] = feature.default, str(Status.NULL_VALUE)
        else:
            found[feature.output] = feature.spell(value) if feature.spell else value
    return found, statuses


def _defaults(reading: Reading, status: str) -> tuple[dict[str, object], dict[str, str]]:
    return {f.output: f.default for f in reading.features}, {f.output: status for f in reading.features}


def is_fresh(reading: Reading, row: Sequence[object]) -> object:
    """Whether a row of the query is within the TTL; where no column says so, the payload does."""
    return True if reading.fresh is None else row[reading.fresh]


def entity_features(bound: Bound, rows: Rows, entities: Sequence[Mapping[str, object]]) -> list[EntityFeatures]:
    """The answer as ``online.read`` gives it, of rows that have times."""
    answers = []
    for row, entity in zip(rows, entities, strict=True):
        found = {}
        for reading in bound.timed.readings:
            assert reading.event is not None
            asked, payload = reading.asked, row[reading.payload]
            as_of = utc(row[reading.as_of]) if reading.as_of is not None else None
            if as_of is not None:
                asked = replace(asked, exported=as_of)
            stored = None
            if payload is not None:
                fresh = bool(payload) and bool(is_fresh(reading, row))
                stored = StoredRow(utc(row[reading.event]), as_of or asked.exported, fresh, payload)
            found.update(values(asked, stored))
        answers.append(EntityFeatures(entity, found))
    return answers


def types_of(bound: Bound | None, prepared: Prepared) -> Mapping[str, ValueType]:
    """Name in the answer -> type, of stored and computed features."""
    stored = {f.output: f.type for reading in bound.timed.readings for f in reading.features} if bound else {}
    computed = {r.name: kind for r in prepared.program.results if (kind := value_type(r.type))}
    full = {**stored, **computed}
    return full if prepared.full_feature_names else {name.partition("__")[2]: kind for name, kind in full.items()}


def counted(statuses: "Counter[str]", features: int) -> Mapping[str, int]:
    """The statuses of so many values, of which those that are not PRESENT are given."""
    return {**statuses, PRESENT: features - statuses.total()}


__all__ = ["PRESENT", "Body", "Json", "counted", "decoded", "entity_features", "is_fresh"]
