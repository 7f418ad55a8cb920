"""What functions of time do to a time."""

from featurec.analysis.time.constants import MICROSECONDS, MONTHS, unit_name
from featurec.analysis.time.nodes import MONDAY, Linear, Zone
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Span


def floored(values: Values, time: Linear, unit: str, count: int = 1, phase: int | None = None) -> Linear | None:
    """A time cut to a multiple of so many units."""
    name = unit_name(unit)
    if name in MONTHS:
        return _month_floor(values, time, MONTHS[name] * count)
    width = MICROSECONDS.get(name, 0) * count
    if not width:
        return None
    start = phase if phase is not None else MONDAY if name == "week" else 0
    return values.terms.floor(time, width, start % width)


def bucketed(values: Values, time: Linear, span: Span, origin: int) -> Linear | None:
    """A time cut to a multiple of an interval, counted from ``origin``."""
    if span.months and not span.microseconds:
        return _month_floor(values, time, span.months) if 12 % span.months == 0 or span.months % 12 == 0 else None
    if span.months or span.microseconds <= 0:
        return None
    return values.terms.floor(time, span.microseconds, -origin % span.microseconds)


def _month_floor(values: Values, time: Linear, months: int) -> Linear:
    if months == 1 and values.terms.starts_month(time.plus, time.offset):
        return time
    return values.terms.month_floor(time, months)


def moved(values: Values, time: Linear, span: Span, sign: int) -> Linear:
    """A time and an interval, or less it where ``sign`` is -1."""
    if span.months:
        time = values.terms.shift(time, sign * span.months)
    return time.shifted(sign * span.microseconds)


def zoned(values: Values, time: Linear, zone: str, *, to_local: bool) -> Linear | None:
    """What clocks in a zone show at an instant, or the instant at which they show it."""
    offsets = values.around.zone(zone)
    if offsets is None or not time.is_time:
        return None
    least, greatest = offsets
    if least == greatest:
        return time.shifted(least if to_local else -least)
    return Linear(values.terms.term(Zone(time.plus, time.offset, zone, to_local, least, greatest)))
