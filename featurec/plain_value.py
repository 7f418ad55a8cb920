"""Values as JSON holds them, exact: what JSON has no number or word for is text."""

import base64
import math
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | list[Json] | None"
"""What JSON can hold."""


def plain_value(value: object) -> Json:
    """Decimals and times as text, bytes in base64, NaN and infinities by name."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return str(value)
        case date() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            return {str(name): plain_value(item) for name, item in value.items()}
        case list() | tuple():
            return [plain_value(item) for item in value]
    return str(value)
