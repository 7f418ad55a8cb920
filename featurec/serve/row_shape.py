"""The row-oriented answer: an object for each entity. Payloads stand in it as the store has them, wherever they can.

``{"results": [{"features": {name: value, …}, "statuses": {name: status, …}}, …]}``: statuses of features that are not
PRESENT. With ``metadata`` each has also ``event_timestamps`` and ``as_of``, by view or role.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from featurec.online.read import EntityFeatures
from featurec.online_type import ValueType
from featurec.serve.answer import PRESENT, Body, counted, decoded, is_fresh
from featurec.serve.bound import Bound, Layout, Reading
from featurec.serve.pool import Rows
from featurec.serve.spelling import spelled

_NULL = ": null"
"""What a payload holds that has NULL; others may too."""
_TIMES = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


def rows_body(bound: Bound, rows: Rows, layout: Layout, times: bool) -> Body:
    """The answer of what the query of this layout gave."""
    verbatim = all(reading.verbatim for reading in layout.readings)
    payloads = layout.payloads
    statuses: Counter[str] = Counter()
    parts = []
    for row in rows:
        # A column that is empty, false or NULL is the sign of a row that is missing or too old.
        if verbatim and all(row):
            text = ", ".join([payload[1:-1] for payload in payloads(row)])
            if _NULL not in text:
                parts.append(f'{{"features": {{{text}}}, "statuses": {{}}{_times(layout, row) if times else ""}}}')
                continue
        parts.append(_slow(layout, row, statuses, times))
    content = f'{{"results": [{", ".join(parts)}]}}'
    return Body(content.encode(), counted(statuses, len(bound.names) * len(rows)))


def _slow(layout: Layout, row: Sequence[object], statuses: "Counter[str]", times: bool) -> str:
    texts = []
    found: dict[str, str] = {}
    for reading in layout.readings:
        payload, fresh = row[reading.payload], is_fresh(reading, row)
        assert payload is None or isinstance(payload, str)
        if payload and fresh and reading.verbatim and _NULL not in payload:
            texts.append(payload[1:-1])
            continue
        values, missing = decoded(reading, payload, fresh)
        found.update(missing)
        texts.append(orjson.dumps(values).decode()[1:-1])
    statuses.update(found.values())
    told = orjson.dumps(found).decode()
    return f'{{"features": {{{", ".join(texts)}}}, "statuses": {told}{_times(layout, row) if times else ""}}}'


def _times(layout: Layout, row: Sequence[object]) -> str:
    events = {r.prefix: row[r.event] for r in layout.readings if r.event is not None}
    as_of = {r.prefix: row[r.as_of] for r in layout.readings if r.as_of is not None and _has_windows(r)}
    told = orjson.dumps({"event_timestamps": events, "as_of": as_of}, option=_TIMES).decode()
    return f", {told[1:-1]}"


def _has_windows(reading: Reading) -> bool:
    return any(feature.windowed for feature in reading.features)


def answers_body(
    bound: Bound | None, types: Mapping[str, ValueType], answers: Sequence[EntityFeatures], times: bool
) -> Body:
    """The answer of values that have been decoded, of which some were computed.

    Args:
        bound: what was read for it.
        types: name in the answer -> type.
    """
    statuses: Counter[str] = Counter()
    results = []
    for answer in answers:
        missing = {name: str(v.status) for name, v in answer.features.items() if str(v.status) != PRESENT}
        statuses.update(missing.values())
        result: dict[str, object] = {
            "features": {name: spelled(types.get(name), v.value) for name, v in answer.features.items()},
            "statuses": missing,
        }
        if times:
            result |= _times_of(bound, answer)
        results.append(result)
    values = sum(len(answer.features) for answer in answers)
    return Body(orjson.dumps({"results": results}, option=_TIMES), counted(statuses, values))


def _times_of(bound: Bound | None, answer: EntityFeatures) -> dict[str, dict[str, datetime | None]]:
    """By view or role, of the features that are in the answer."""
    events: dict[str, datetime | None] = {}
    as_of: dict[str, datetime | None] = {}
    for reading in bound.timed.readings if bound else ():
        names = [name for f in reading.features for name in (f.output, f.output.partition("__")[2])]
        found = [value for name in names if (value := answer.features.get(name))]
        if found:
            events[reading.prefix] = found[0].event_timestamp
        if found and _has_windows(reading):
            as_of[reading.prefix] = next((v.as_of for v in found if v.as_of), None)
    return {"event_timestamps": events, "as_of": as_of}
