"""Values as DuckDB's driver takes them: inputs of a request, which are checked, and features that were read.

What the driver would take for another type is text, from which DuckDB makes the declared one: decimals, wide integers,
times, uuids. So a column of values has one Python type, and a number of another kind has its digits rounded once.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import SupportsFloat, SupportsIndex
from uuid import UUID

import orjson

from featurec.online.encoding import in_utc, read_form
from featurec.online_type import Kind, ValueType


def bound_value(kind: ValueType, value: object) -> object:
    """A value of a feature, as ``encoding.decode`` gives it."""
    if value is None:
        return None
    match kind.kind, value:
        case "wide" | "decimal" | "uuid", _:
            return str(value)
        case "date" | "time" | "timestamp" | "timestamptz", _:
            return str(value)
        case "list", list() if kind.item:
            item = kind.item
            return [bound_value(item, part) for part in value]
        case "struct", Mapping():
            return {name: bound_value(field, value.get(name)) for name, field in kind.fields}
    return value


def input_value(kind: ValueType, value: object) -> object:
    """A value that came with a request: as JSON or Python has it, or text as a person writes it. Raises ValueError."""
    if value is None or type(value) is _AS_THEY_ARE.get(kind.kind):
        return value
    reader = _READERS.get(kind.kind)
    if reader and isinstance(value, str):
        value = reader(value.strip())
    if kind.item and isinstance(value, list | tuple):
        return [input_value(kind.item, part) for part in value]
    if kind.fields and isinstance(value, Mapping):
        return _struct(kind, value)
    found = _scalar(kind.kind, value)
    if found is None:
        raise ValueError(f"a value of type {type(value).__name__} is no {kind.kind}")
    return found


def _scalar(kind: Kind, value: object) -> object:
    """A value as the driver takes it; None where it is not of its kind. Raises ValueError."""
    match kind, value:
        case "boolean", bool():
            return value
        case _, bool():
            return None
        case "integer", SupportsIndex():
            return value.__index__()
        case "wide", SupportsIndex():
            return str(value.__index__())
        case "decimal", int() | float() | Decimal():
            return _digits(Decimal(repr(value) if isinstance(value, float) else value))
        case "float" | "double", SupportsFloat():
            return _double(value)
        case "text", str():
            value.encode()  # half of a surrogate pair is refused here
            return value
        case "blob", bytes():
            return value
        case "blob", str():
            return _bytes(value)
        case _:
            return str(value) if _is_of(kind, value) else None


def _is_of(kind: Kind, value: object) -> bool:
    """Whether a value is one of those whose text says all."""
    match kind, value:
        case "uuid", UUID():
            return True
        case "date", date():
            return not isinstance(value, datetime)
        case "timestamp", datetime():
            return value.tzinfo is None
        case "time", time():
            return value.tzinfo is None
        case "timestamptz", datetime():
            return value.tzinfo is not None and bool(in_utc(value))
    return False


_DIGITS = 38
"""That a decimal has at most, before its point and behind it."""


def _digits(value: Decimal) -> str:
    """A decimal without exponent, which would make a text of any length out of a few characters. Raises ValueError."""
    if not value.is_finite():
        raise ValueError("it is not a number")
    if value and value.adjusted() >= _DIGITS:
        raise ValueError(f"it has more than {_DIGITS} digits")
    return f"{value:f}" if value and value.adjusted() >= -_DIGITS - 1 else "0"


def _integer(text: str) -> int:
    if not text.lstrip("+-").isdecimal():
        raise ValueError("it is not a whole number")
    return int(text)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("a boolean is true or false")
    return text.lower() == "true"


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("it is not a number") from None


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("it is not a number") from None


def _instant(text: str) -> datetime:
    found = read_form(datetime.fromisoformat, text, "2024-01-31T12:00:00Z")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("it is not JSON") from None


_AS_THEY_ARE: Mapping[Kind, type] = {"boolean": bool, "integer": int, "float": float, "double": float}
"""Kinds whose values of this type, and not of one below it, need no look."""

_READERS: Mapping[Kind, Callable[[str], object]] = {
    "integer": _integer,
    "wide": _integer,
    "boolean": _boolean,
    "decimal": _decimal,
    "float": _float,
    "double": _float,
    "uuid": lambda text: read_form(UUID, text, "a UUID"),
    "date": lambda text: read_form(date.fromisoformat, text, "2024-01-31"),
    "time": lambda text: read_form(time.fromisoformat, text, "12:30:00"),
    "timestamp": lambda text: read_form(datetime.fromisoformat, text, "2024-01-31T12:00:00"),
    "timestamptz": _instant,
    "list": _json,
    "struct": _json,
}
"""How values are read that come as text; text and bytes are what they are."""


def _double(value: SupportsFloat) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError("it is larger than any double") from None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("bytes are sent in base64") from None


def _struct(kind: ValueType, value: Mapping[str, object]) -> dict[str, object]:
    unknown = [name for name in value if name not in {field for field, _ in kind.fields}]
    if unknown:
        raise ValueError(f"it has no field `{unknown[0]}`")
    return {name: input_value(field, value.get(name)) for name, field in kind.fields}
