"""Values written in YAML as values of a column type: what an engine returns for such a column."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from featurec.analysis.types import family, fields_of

_BITS = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63, "hugeint": 127}
_UNSIGNED_BITS = {"utinyint": 8, "usmallint": 16, "uinteger": 32, "ubigint": 64, "uhugeint": 128}
_NO_NUMBERS = frozenset({"nan", "inf", "-inf", "infinity", "-infinity"})


@dataclass(frozen=True)
class Misfit:
    """A value that is none of the type. ``wanted`` says what would be, such as ``a whole number``."""

    wanted: str


def typed(value: object, type_: str | None) -> object:
    """The value as a column of the type holds it, or a Misfit. Without a type, and for None, it is what it is.

    Whole numbers are ints, decimals Decimals of the type's scale, doubles floats; ``timestamp`` is naive, ``timestamptz``
    aware, in UTC where no offset is written. Types without a form in YAML (uuid, json, blob …) are text.
    """
    if value is None or type_ is None:
        return value
    if type_.endswith("[]"):
        return _listed(value, type_.removesuffix("[]"))
    if type_.startswith("struct("):
        return _structured(value, type_)
    match family(type_):
        case "integer":
            return _whole(value, type_)
        case "float":
            return _floating(value)
        case "decimal":
            return _decimal(value, type_)
        case "boolean":
            return value if isinstance(value, bool) else Misfit("true or false")
        case "date":
            return _moment(value, date.fromisoformat, "a date such as 2024-01-31")
        case "timestamp":
            found = _moment(value, datetime.fromisoformat, "a time such as 2024-01-31 12:00:00")
            without = "a time without offset, such as 2024-01-31 12:00:00,"
            return Misfit(without) if isinstance(found, datetime) and found.tzinfo else found
        case "timestamptz":
            found = _moment(value, datetime.fromisoformat, "an instant such as 2024-01-31 12:00:00Z")
            if isinstance(found, datetime):
                return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
            return found
    if type_ == "time":
        return _moment(value, time.fromisoformat, "a time of day such as 12:00:00")
    return value if isinstance(value, str) else Misfit("text in quotes")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object, type_: str) -> object:
    if not _is_number(value) or not isinstance(value, int):
        return Misfit("a whole number")
    low, high = (
        (0, 2 ** _UNSIGNED_BITS[type_]) if type_ in _UNSIGNED_BITS else (-(2 ** _BITS[type_]), 2 ** _BITS[type_])
    )
    return value if low <= value < high else Misfit(f"a whole number from {low:,} to {high - 1:,}")


def _floating(value: object) -> object:
    if isinstance(value, str) and value.lower() in _NO_NUMBERS:
        return float(value)
    return float(value) if isinstance(value, int | float) and _is_number(value) else Misfit("a number")


def _decimal(value: object, type_: str) -> object:
    precision, scale = (int(part) for part in type_.partition("(")[2].rstrip(")").split(","))
    if not _is_number(value) and not isinstance(value, str):
        return Misfit("a number")
    try:
        number = Decimal(str(value))
        exact = number.quantize(Decimal(1).scaleb(-scale)) if number.is_finite() else None
    except InvalidOperation:
        exact, number = None, Decimal("nan")
    if number.is_nan() and exact is None:
        return Misfit("a number")
    if exact is None or exact != number or abs(exact) >= Decimal(10) ** (precision - scale):
        return Misfit(f"a number of at most {precision} digits, {scale} of them after the point")
    return exact


def _moment(value: object, read: Callable[[str], date | time], wanted: str) -> object:
    if not isinstance(value, str):
        return Misfit(wanted)
    try:
        return read(value)
    except ValueError:
        return Misfit(wanted)


def _listed(value: object, inner: str) -> object:
    if not isinstance(value, list):
        return Misfit("a list")
    items = [typed(item, inner) for item in value]
    return next((item for item in items if isinstance(item, Misfit)), items)


def _structured(value: object, type_: str) -> object:
    fields = dict(fields_of(type_))
    if not isinstance(value, dict) or not set(value) <= set(fields):
        return Misfit(f"a mapping with the keys {', '.join(fields)}")
    items = {name: typed(value.get(name), kind) for name, kind in fields.items()}
    return next((item for item in items.values() if isinstance(item, Misfit)), items)
