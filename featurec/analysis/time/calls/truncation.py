"""Truncation and buckets."""

from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.calls.arguments import Call, result, time_of
from featurec.analysis.time.calls.linear import bucketed, floored, moved, zoned
from featurec.analysis.time.constants import MONTHS, parsed_span, span_of, unit_name
from featurec.analysis.time.nodes import DAY, MONDAY, SECOND, WEEK
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Span, Value

BIGQUERY_ORIGIN = -631_152_000 * SECOND
"""1950-01-01."""
SUNDAY = 4 * DAY
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def truncated(values: Values, node: exp.Expr) -> Value | None:
    """``date_trunc(unit, ts[, zone])``."""
    time = time_of(values, node.this)
    unit = node.args.get("unit")
    if time is None or unit is None:
        return None
    zone = node.args.get("zone")
    phase = None
    name = unit.name
    if isinstance(unit, exp.WeekStart):
        phase, name = _weekday_phase(unit.name), "week"
    if zone is None:
        return result(values, node, floored(values, time, name, phase=phase))
    local = zoned(values, time, zone.name, to_local=True)
    cut = floored(values, local, name, phase=phase) if local is not None else None
    return result(values, node, zoned(values, cut, zone.name, to_local=False) if cut is not None else None, True)


def _weekday_phase(name: str) -> int:
    day = name.lower()
    return (MONDAY - _WEEKDAYS.index(day) * DAY) % WEEK if day in _WEEKDAYS else MONDAY


def to_date(values: Values, node: exp.Expr) -> Value | None:
    """``date(ts[, zone])``."""
    inner = values.value(node.this)
    time = values.time_of(inner)
    if time is None:
        return None
    zone = node.args.get("zone")
    local = zoned(values, time, zone.name, to_local=True) if zone is not None else time
    return result(values, node, values.terms.floor(local, DAY) if local is not None else None)


def binned(values: Values, node: exp.DateBin) -> Value | None:
    """``time_bucket(interval, ts[, origin or offset])``, ``date_bin``."""
    time = time_of(values, node.expression)
    width = values.value(node.this).constant
    span = parsed_span(width) if isinstance(width, str) else width
    if time is None or not isinstance(span, Span):
        return None
    origin = node.args.get("unit") or node.args.get("zone") or node.args.get("origin")
    start = values.around.habits.buckets_from
    if origin is not None:
        given = values.value(origin)
        known = values.time_of(given)
        if known is not None and known.is_constant:
            start = known.offset
        elif isinstance(given.constant, Span) and not given.constant.months:
            start += given.constant.microseconds
        else:
            return None
    return result(values, node, bucketed(values, time, span, start))


def sliced(values: Values, node: exp.TimeSlice) -> Value | None:
    """``TIME_SLICE(ts, n, unit[, 'END'])``."""
    time, count = time_of(values, node.this), values.value(node.expression).constant
    if time is None or not isinstance(count, Fraction):
        return None
    unit = node.args["unit"].name
    start = floored(values, time, unit, int(count))
    kind = node.args.get("kind")
    if start is not None and kind is not None and kind.name.upper() == "END":
        span = span_of(count, unit)
        start = moved(values, start, span, 1) if span is not None else None
    return result(values, node, start)


def last_day(values: Values, node: exp.Expr) -> Value | None:
    """The last day of the month, or of another unit."""
    time = time_of(values, node.this if not isinstance(node, exp.Anonymous) else node.expressions[0])
    unit = node.args.get("unit")
    if time is None:
        return None
    name = unit_name(unit.name) if unit is not None else "month"
    if name in MONTHS:
        end = values.terms.shift(values.terms.month_floor(time, MONTHS[name]), MONTHS[name])
    elif name == "week":
        end = values.terms.floor(time, WEEK, MONDAY).shifted(WEEK)
    else:
        return None
    return result(values, node, end.shifted(-DAY))


def first_floor(width: int, phase: int = 0) -> Call:
    """``toStartOfHour(ts)`` and its like."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time = time_of(values, node.expressions[0])
        return result(values, node, values.terms.floor(time, width, phase) if time is not None else None)

    return rule


def first_month(months: int) -> Call:
    """``toStartOfQuarter(ts)`` and its like."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time = time_of(values, node.expressions[0])
        return result(values, node, values.terms.month_floor(time, months) if time is not None else None)

    return rule


def interval_floor(origin: int) -> Call:
    """``toStartOfInterval(ts, interval)``, ``TIMESTAMP_BUCKET(ts, interval)``."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time, span = time_of(values, node.expressions[0]), values.value(node.expressions[1]).constant
        start = origin
        if len(node.expressions) > 2:
            given = time_of(values, node.expressions[2])
            if given is None or not given.is_constant:
                return None
            start = given.offset
        if time is None or not isinstance(span, Span):
            return None
        if start == 0 and _is_of_weeks(node.expressions[1]):
            start = -MONDAY
        return result(values, node, bucketed(values, time, span, start))

    return rule


def _is_of_weeks(node: exp.Expr) -> bool:
    """Whether an interval counts weeks: seven days are counted from 1970 on, weeks from Monday."""
    if isinstance(node, exp.Interval):
        return node.unit is not None and unit_name(node.unit.name) == "week"
    return isinstance(node, exp.Anonymous) and node.name.lower() == "tointervalweek"


def first_week(values: Values, node: exp.Anonymous) -> Value | None:
    """``toStartOfWeek(ts[, mode])``: Sunday, or Monday where the mode is odd."""
    time, mode = time_of(values, node.expressions[0]), Fraction(0)
    if len(node.expressions) > 1:
        given = values.value(node.expressions[1]).constant
        if not isinstance(given, Fraction):
            return None
        mode = given
    phase = MONDAY if mode % 2 else SUNDAY
    return result(values, node, values.terms.floor(time, WEEK, phase) if time is not None else None)


def to_seconds(values: Values, node: exp.Anonymous) -> Value | None:
    """``toDateTime(ts)``, ``toDateTime64(ts, digits)``: cut to whole seconds, or to so many digits of them."""
    inner = values.value(node.expressions[0])
    time = values.time_of(inner)
    digits = Fraction(0)
    if node.name.lower() == "todatetime64":
        given = values.value(node.expressions[1]).constant if len(node.expressions) > 1 else None
        if not isinstance(given, Fraction):
            return None
        digits = given
    if time is None or values.terms.kind(time.plus) == "number":
        return None
    width = 10 ** max(0, 6 - int(digits))
    return result(values, node, values.terms.floor(time, width) if width > 1 else time)
