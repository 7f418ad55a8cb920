"""Features of entities as JSON."""

from featurec.online.read import EntityFeatures, OnlineValue
from featurec.plain_value import plain_value
from featurec.report.json import Json


def as_json(answer: EntityFeatures) -> dict[str, Json]:
    """``{"entity": {…}, "features": {name: {"value", "status", "event_timestamp", "as_of"}}}``.

    ``as_of`` is null for a feature that is not windowed.
    """
    return {
        "entity": {name: plain_value(value) for name, value in answer.entity.items()},
        "features": {name: _feature(value) for name, value in answer.features.items()},
    }


def _feature(value: OnlineValue) -> dict[str, Json]:
    return {
        "value": plain_value(value.value),
        "status": str(value.status),
        "event_timestamp": plain_value(value.event_timestamp),
        "as_of": plain_value(value.as_of),
    }
