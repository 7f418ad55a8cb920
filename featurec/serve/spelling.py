"""Values of answers as JSON. What the online store keeps is spelled so already (``online/encoding.py``), with few exceptions."""

import base64
import math
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from featurec.online_type import ValueType
from featurec.plain_value import Json

_LEAST, _MOST = -(2**63), 2**64 - 1
"""The whole numbers that readers of JSON have as such."""

Spell = Callable[[object], object]


def stored_spelling(declared: ValueType) -> Spell | None:
    """What makes a value of a payload the one of an answer; None where they are the same. NULL is not its concern.

    A float is stored by the shortest digits that name it among floats of 32 bits; here stand those that any reader of
    doubles understands as the same number.
    """
    match declared.kind:
        case "float":
            return _float
        case "list" if declared.item and (item := stored_spelling(declared.item)):
            return lambda value: (
                [item(one) if one is not None else None for one in value] if isinstance(value, list) else value
            )
        case "struct":
            spells = {name: found for name, kind in declared.fields if (found := stored_spelling(kind))}
            return (lambda value: _struct(spells, value)) if spells else None
    return None


def spelled(declared: ValueType | None, value: object) -> Json:
    """A Python value as the online store would spell it; a default, or what was computed for a request.

    Args:
        declared: its type, which tells a float of 32 bits and items of lists; None where it is not known.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return str(value) if (declared and declared.kind == "wide") or not _LEAST <= value <= _MOST else value
        case float():
            return value if math.isfinite(value) and (value or math.copysign(1, value) > 0) else _named(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            zoned = value.tzinfo is not None
            plain = value.astimezone(UTC).replace(tzinfo=None) if zoned else value
            return plain.isoformat(timespec="microseconds") + ("Z" if zoned else "")
        case date() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            kinds = dict(declared.fields) if declared else {}
            return {str(name): spelled(kinds.get(str(name)), item) for name, item in value.items()}
        case list() | tuple():
            return [spelled(declared.item if declared else None, item) for item in value]
    return str(value)


def _named(value: float) -> str:
    return "NaN" if math.isnan(value) else "-0.0" if value == 0 else "Infinity" if value > 0 else "-Infinity"


def _float(value: object) -> object:
    if isinstance(value, int | float):
        found: float = struct.unpack("f", struct.pack("f", value))[0]
        return found
    return value


def _struct(spells: Mapping[str, Spell], value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {name: spells[name](one) if name in spells and one is not None else one for name, one in value.items()}
