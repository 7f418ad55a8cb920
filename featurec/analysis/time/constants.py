"""Times and intervals that the SQL says as text."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction

from featurec.analysis.time.nodes import DAY, HOUR, SECOND, WEEK, Linear
from featurec.analysis.time.tables import Span

MICROSECONDS: Mapping[str, int] = {
    "nanosecond": 0,
    "microsecond": 1,
    "millisecond": 1000,
    "second": SECOND,
    "minute": 60 * SECOND,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
}
MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}

_ALIASES = {
    "us": "microsecond", "usec": "microsecond", "microsec": "microsecond", "ms": "millisecond", "msec": "millisecond",
    "s": "second", "sec": "second", "ss": "second", "m": "minute", "min": "minute", "mi": "minute", "n": "minute",
    "h": "hour", "hr": "hour", "hh": "hour", "d": "day", "dd": "day", "dayofmonth": "day", "w": "week", "wk": "week",
    "ww": "week", "isoweek": "week", "mon": "month", "mm": "month", "mth": "month", "q": "quarter", "qtr": "quarter",
    "qq": "quarter", "y": "year", "yr": "year", "yy": "year", "yyyy": "year", "isoyear": "year", "dec": "decade",
    "cent": "century", "centurie": "century",
}  # fmt: skip
_PART = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*,?")
_CLOCK = re.compile(r"\s*([+-]?)(\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*$")


def unit_name(text: str) -> str:
    """``DAYS``, ``dd``, ``SQL_TSI_DAY`` -> ``day``."""
    name = text.strip().strip("'\"").lower().removeprefix("sql_tsi_")
    if name in MICROSECONDS or name in MONTHS:
        return name
    if name in _ALIASES:
        return _ALIASES[name]
    single = name.removesuffix("s")
    return _ALIASES.get(single, single)


def span_of(amount: Fraction, unit: str) -> Span | None:
    """So many units as an interval; None for a unit that is not known, or no whole number of microseconds or months."""
    name = unit_name(unit)
    if name in MONTHS:
        months = amount * MONTHS[name]
        return Span(months=int(months)) if months.denominator == 1 else None
    if name in MICROSECONDS:
        microseconds = amount * MICROSECONDS[name]
        return Span(microseconds=int(microseconds)) if microseconds.denominator == 1 else None
    return None


def span_of_amount(amount: object, unit: str) -> Span | None:
    """``INTERVAL amount unit``; the amount may be a text that says the unit itself."""
    if isinstance(amount, Fraction):
        return span_of(amount, unit)
    if isinstance(amount, str):
        try:
            return span_of(Fraction(amount.strip()), unit) if unit else parsed_span(amount)
        except ValueError:
            return parsed_span(amount)
    return None


def parsed_span(text: object) -> Span | None:
    """``1 day 2 hours``, ``01:30:00``."""
    if not isinstance(text, str):
        return None
    months = microseconds = position = 0
    while match := _PART.match(text, position):
        span = span_of(Fraction(match[1]), match[2])
        if span is None:
            return None
        months, microseconds, position = months + span.months, microseconds + span.microseconds, match.end()
    clock = _CLOCK.match(text, position)
    if clock:
        sign = -1 if clock[1] == "-" else 1
        fraction = int((clock[5] or "").ljust(6, "0"))
        seconds = int(clock[2]) * 3600 + int(clock[3]) * 60 + int(clock[4] or 0)
        microseconds += sign * (seconds * SECOND + fraction)
    elif text[position:].strip() or not position:
        return None
    return Span(months, microseconds)


def parsed_time(text: str) -> Linear | None:
    """An ISO date or time; without an offset in UTC."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" UTC", "+00:00"))
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return Linear(offset=(since.days * 86400 + since.seconds) * SECOND + since.microseconds)
