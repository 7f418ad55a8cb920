"""Features of entities as JSON, exact: what JSON has no number or word for is text."""

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from featurec.online.read import EntityFeatures, OnlineValue
from featurec.report.json import Json


def as_json(answer: EntityFeatures) -> dict[str, Json]:
    """``{"entity": {…}, "features": {name: {"value", "status", "event_timestamp"}}}``."""
    return {
        "entity": {name: _plain(value) for name, value in answer.entity.items()},
        "features": {name: _feature(value) for name, value in answer.features.items()},
    }


def _feature(value: OnlineValue) -> dict[str, Json]:
    stamp = value.event_timestamp
    return {
        "value": _plain(value.value),
        "status": str(value.status),
        "event_timestamp": stamp.isoformat() if stamp is not None else None,
    }


def _plain(value: object) -> Json:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return str(value)
