"""How keys and values look in the online store: text that names a row exactly, JSON that gives every value back.

*Key*: the components in the order of the view's join keys, joined by ``|``. A text has ``\\`` and ``|`` escaped by
``\\``; an integer is decimal digits; a decimal has the digits of its scale; a date is ``2024-01-31``; a timestamp is
``2024-01-31T12:00:00.000000``, with ``Z`` for a ``timestamptz``; uuid, boolean and hex bytes are in lower case.

*Value*: what Python's JSON reader gives back exactly is plain JSON: integers of at most 64 bits, finite doubles,
booleans, text. All else is a string: decimals and wider integers by their digits, ``NaN``, ``Infinity``,
``-Infinity``, ``-0.0``, times as in keys, bytes in base64. Lists and structs hold such values. NULL is null.

The same rules stand in ``templates/sql/online/encode_*.sql`` for the engines; tests hold all three together.
"""

import base64
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import SupportsIndex, TypeVar
from uuid import UUID

from featurec.codegen import ident, render_sql
from featurec.dialects.dialect import Dialect
from featurec.online_type import Kind, ValueType

T = TypeVar("T")


@dataclass(frozen=True)
class Encoded:
    """A column of the latest rows as it goes online: its name there, and the column that holds it."""

    name: str
    type: ValueType
    column: str


def rows_sql(latest: str, keys: Sequence[Encoded], features: Sequence[Encoded], dialect: Dialect) -> str:
    """The rows of a ``latest_query`` as the online store takes them: entity_key, event_ts, created_ts, payload.

    As typed columns where the dialect is PostgreSQL's, else as one text column, a line of PostgreSQL's COPY each.
    Ordered by entity_key, by bytes: the merge then walks table and index from one end to the other.
    """
    return render_sql(
        f"online/rows_{dialect.name}.sql",
        dialect,
        latest=latest.strip(),
        keys=_quoted(keys, dialect),
        features=_quoted(features, dialect),
        key_kinds={k.type.kind for k in keys},
        json_text=json_text,
    )


def rejects_sql(
    table: tuple[str, str],
    keys: Sequence[Encoded],
    as_of: datetime,
    latest: datetime,
    limit: int,
    dialect: Dialect,
) -> str:
    """Rows of a built table that no export can bring: reason, entity_key, event_ts, row (see ``protocol.Reject``)."""
    return render_sql(
        "online/rejects.sql",
        dialect,
        table=table,
        keys=_quoted(keys, dialect),
        as_of=as_of,
        latest=latest,
        limit=limit,
    )


def erase_sql(table: tuple[str, str], keys: Sequence[Encoded], texts: Sequence[str], dialect: Dialect) -> str:
    """Delete from a built table the rows whose keys are named by these texts, one for each key."""
    return render_sql("online/erase_offline.sql", dialect, table=table, keys=_quoted(keys, dialect), texts=texts)


def _quoted(columns: Sequence[Encoded], dialect: Dialect) -> list[Encoded]:
    return [Encoded(c.name, c.type, ident(c.column, dialect)) for c in columns]


def json_text(text: str) -> str:
    """A text as a JSON string."""
    return json.dumps(text, ensure_ascii=False)


def encode_key(types: Sequence[ValueType], values: Sequence[object]) -> str | None:
    """The entity key of these join key values; None where one of them is None, as NULL names no row.

    A value of the key's own Python type is taken as it is; a text in place of another type is read as one.
    Raises ValueError where a value is not of its type.
    """
    if any(value is None for value in values):
        return None
    return "|".join(_component(kind, value) for kind, value in zip(types, values, strict=True))


def _component(declared: ValueType, value: object) -> str:
    value = _read(declared, value.strip()) if isinstance(value, str) and declared.kind != "text" else value
    match declared.kind, value:
        case "text", str():
            value.encode()  # half of a surrogate pair is refused here
            if "\0" in value:
                raise ValueError("a text key cannot hold the character NUL")
            return value.replace("\\", "\\\\").replace("|", "\\|")
        case "boolean", bool():
            return str(value).lower()
        case "integer" | "wide", SupportsIndex() if not isinstance(value, bool):
            return str(value.__index__())
        case "decimal", int() | Decimal() if not isinstance(value, bool):
            return _decimal_text(Decimal(value), declared.scale or 0)
        case "uuid", UUID():
            return str(value)
        case "date", date() if not isinstance(value, datetime):
            return value.isoformat()
        case "timestamp", datetime() if value.tzinfo is None:
            return value.isoformat(timespec="microseconds")
        case "timestamptz", datetime() if value.tzinfo is not None:
            return in_utc(value).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        case "blob", bytes():
            return value.hex()
    raise ValueError(f"a value of type {type(value).__name__} is no {declared.kind}")


def in_utc(value: datetime) -> datetime:
    """An instant in UTC. Raises ValueError for one that is there before year 1 or after 9999."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it is before year 1 or after year 9999") from None


def _decimal_text(value: Decimal, scale: int) -> str:
    try:
        with localcontext(prec=100):
            exact = value.quantize(Decimal(1).scaleb(-scale))
    except InvalidOperation:
        raise ValueError("it is not a number of at most 100 digits") from None
    if exact != value:
        raise ValueError(f"it has more than {scale} decimal places")
    # Engines know no negative zero.
    return f"{exact.copy_abs() if exact.is_zero() else exact:f}"


def read_form(read: Callable[[str], T], text: str, form: str) -> T:
    """A value from its text. Raises ValueError, which says the form that is taken."""
    try:
        return read(text)
    except ValueError:
        raise ValueError(f"it is not written as {form}") from None


def _read(declared: ValueType, text: str) -> object:
    """A value of a key from text as a person or program writes it. Raises ValueError."""
    match declared.kind:
        case "integer" | "wide":
            if not text.lstrip("+-").isdecimal():
                raise ValueError("it is not a whole number")
            return int(text)
        case "boolean":
            if text.lower() not in ("true", "false"):
                raise ValueError("a boolean is true or false")
            return text.lower() == "true"
        case "decimal":
            try:
                return Decimal(text)
            except InvalidOperation:
                raise ValueError("it is not a number") from None
        case "uuid":
            return read_form(UUID, text, "a UUID")
        case "date":
            return read_form(date.fromisoformat, text, "2024-01-31")
        case "timestamp":
            return read_form(datetime.fromisoformat, text, "2024-01-31T12:00:00")
        case "timestamptz":
            found = read_form(datetime.fromisoformat, text, "2024-01-31T12:00:00Z")
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        case "blob":
            return bytes.fromhex(text)
    raise ValueError(f"a {declared.kind} is no join key")


def decode(declared: ValueType, value: object) -> object:
    """A value of a payload, parsed from JSON, as the Python value of its declared type.

    decimal: Decimal; date, time, timestamp: those of ``datetime``, but the text where Python has no such day;
    list: list; struct: dict; json: its text.
    """
    if value is None:
        return None
    match declared.kind, value:
        case "wide", str() | int():
            return int(value)
        case "decimal", str():
            return Decimal(value)
        case "double", str() | int() | float():
            return float(value)
        case "float", str() | int() | float():
            return struct.unpack("f", struct.pack("f", float(value)))[0]
        case "blob", str():
            return base64.b64decode(value)
        case "uuid", str():
            return UUID(value)
        case "date" | "time" | "timestamp" | "timestamptz", str():
            return _time(declared.kind, value)
        case "list", list() if declared.item:
            return [decode(declared.item, item) for item in value]
        case "struct", Mapping():
            return {name: decode(field, value.get(name)) for name, field in declared.fields}
    return value


def _time(kind: Kind, text: str) -> object:
    readers = {"date": date.fromisoformat, "time": time.fromisoformat}
    try:
        return readers.get(kind, datetime.fromisoformat)(text)
    except ValueError:
        return text


def default_value(declared: ValueType, default: object) -> object:
    """A feature's default, as it stands in the header, as a value of the feature's type."""
    if default is None:
        return None
    if declared.kind == "decimal" and declared.scale is not None:
        return Decimal(str(default)).quantize(Decimal(1).scaleb(-declared.scale), ROUND_HALF_UP)
    if declared.kind == "timestamptz":
        found = decode(declared, str(default))
        return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found
    return decode(declared, str(default) if declared.kind in ("decimal", "text") else default)
