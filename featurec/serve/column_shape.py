"""Feast's answer: an object for each feature, with a value, a status and an event time for each entity."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import orjson

from featurec.online.read import EntityFeatures, Status
from featurec.online_type import ValueType
from featurec.serve.answer import PRESENT, Body, counted, decoded, is_fresh
from featurec.serve.bound import Bound, Reading
from featurec.serve.pool import Rows
from featurec.serve.spelling import spelled

_TIMES = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)

Given = Mapping[str, Sequence[object]]
"""Columns of the request: join keys, and request data."""


def rows_body(bound: Bound, rows: Rows, given: Given) -> Body:
    """The answer of what the query gave, which has times."""
    statuses: Counter[str] = Counter()
    results = _given(given, len(rows))
    present = orjson.Fragment(orjson.dumps([PRESENT] * len(rows)))
    for reading in bound.timed.readings:
        assert reading.event is not None
        column = reading.event
        times = orjson.Fragment(orjson.dumps([row[column] or _NAIVE_EPOCH for row in rows], option=_TIMES))
        for values, told in _columns(reading, rows):
            if told is None:
                results.append({"values": values, "statuses": present, "event_timestamps": times})
            else:
                statuses.update(status for status in told if status != PRESENT)
                results.append({"values": values, "statuses": told, "event_timestamps": times})
    return _body(given, bound.names, results, counted(statuses, len(bound.names) * len(rows)))


def answers_body(types: Mapping[str, ValueType], answers: Sequence[EntityFeatures], given: Given) -> Body:
    """The answer of values that have been decoded, of which some were computed.

    Args:
        types: name in the answer -> type.
    """
    names = list(answers[0].features)
    results = _given(given, len(answers))
    statuses: Counter[str] = Counter()
    for name in names:
        found = [answer.features[name] for answer in answers]
        told = [str(value.status) for value in found]
        statuses.update(status for status in told if status != PRESENT)
        results.append(
            {
                "values": [spelled(types.get(name), value.value) for value in found],
                "statuses": told,
                "event_timestamps": [value.event_timestamp or _EPOCH for value in found],
            }
        )
    return _body(given, names, results, counted(statuses, len(names) * len(answers)))


def _columns(reading: Reading, rows: Rows) -> list[tuple[list[object], list[str] | None]]:
    """Values of each feature, and statuses where not all are PRESENT."""
    payloads = [row[reading.payload] for row in rows]
    if all(payloads) and (reading.fresh is None or all(row[reading.fresh] for row in rows)):
        stored = orjson.loads(f"[{','.join(payloads)}]")
        found: list[tuple[list[object], list[str] | None]] = []
        for feature in reading.features:
            name = feature.stored
            values = [one.get(name) for one in stored]
            told = None
            spell = feature.spell
            if None in values:
                told = [PRESENT if value is not None else str(Status.NULL_VALUE) for value in values]
                default = feature.default
                values = [default if v is None else spell(v) if spell else v for v in values]
            elif spell:
                values = [spell(value) for value in values]
            found.append((values, told))
        return found
    each = [decoded(reading, payload, is_fresh(reading, row)) for payload, row in zip(payloads, rows, strict=True)]
    return [
        ([values[f.output] for values, _ in each], [missing.get(f.output, PRESENT) for _, missing in each])
        for f in reading.features
    ]


def _given(given: Given, count: int) -> list[dict[str, object]]:
    present = orjson.Fragment(orjson.dumps([PRESENT] * count))
    times = orjson.Fragment(orjson.dumps([_EPOCH] * count, option=_TIMES))
    return [{"values": values, "statuses": present, "event_timestamps": times} for values in given.values()]


def _body(given: Given, names: Sequence[str], results: list[dict[str, object]], statuses: Mapping[str, int]) -> Body:
    content = {"metadata": {"feature_names": [*given, *names]}, "results": results}
    return Body(orjson.dumps(content, option=_TIMES), statuses)
