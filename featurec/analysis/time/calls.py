"""Functions of time in all dialects, as terms: truncation, buckets, arithmetic, epochs, zones."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.constants import MICROSECONDS, MONTHS, parsed_span, span_of, unit_name
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import End, Span, Value
from featurec.analysis.time.terms import DAY, HOUR, MONDAY, SECOND, WEEK, ZERO, Linear, Zone

Call = Callable[[Values, exp.Expr], Value | None]

_DUCKDB_ORIGIN = 946_857_600 * SECOND
"""2000-01-03, a Monday: where buckets of DuckDB begin."""
_BIGQUERY_ORIGIN = -631_152_000 * SECOND
"""1950-01-01."""
_SUNDAY = 4 * DAY
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def called(node: exp.Expr, name: str) -> Call | None:
    """The rule of a function, by its class or, where it has none, its lower-case name."""
    if isinstance(node, exp.Anonymous):
        return _BY_NAME.get(name)
    return _BY_CLASS.get(type(node))


def _parts(node: exp.Expr) -> list[exp.Expr]:
    return [part for part in node.iter_expressions() if not isinstance(part, exp.Var | exp.DataType | exp.Identifier)]


def _result(values: Values, node: exp.Expr, linear: Linear | None, aware: bool = False) -> Value:
    found = values.opaque(node)
    null = any(values.value(part).null for part in _parts(node))
    return Value(found.waits, linear, null, aware=aware)


def _time(values: Values, node: exp.Expr | None) -> Linear | None:
    return None if node is None else values.time_of(values.value(node))


# Truncation


def floored(values: Values, time: Linear, unit: str, count: int = 1, phase: int | None = None) -> Linear | None:
    """A time cut to a multiple of so many units."""
    name = unit_name(unit)
    if name in MONTHS:
        return values.terms.month_floor(time, MONTHS[name] * count)
    width = MICROSECONDS.get(name, 0) * count
    if not width:
        return None
    start = phase if phase is not None else MONDAY if name == "week" else 0
    return values.terms.floor(time, width, start % width)


def _truncated(values: Values, node: exp.Expr) -> Value | None:
    time = _time(values, node.this)
    unit = node.args.get("unit")
    if time is None or unit is None:
        return None
    zone = node.args.get("zone")
    phase = None
    name = unit.name
    if isinstance(unit, exp.WeekStart):
        phase, name = _weekday_phase(unit.name), "week"
    if zone is None:
        return _result(values, node, floored(values, time, name, phase=phase))
    local = zoned(values, time, zone.name, to_local=True)
    cut = floored(values, local, name, phase=phase) if local is not None else None
    return _result(values, node, zoned(values, cut, zone.name, to_local=False) if cut is not None else None, True)


def _weekday_phase(name: str) -> int:
    day = name.lower()
    return (MONDAY - _WEEKDAYS.index(day) * DAY) % WEEK if day in _WEEKDAYS else MONDAY


def _to_date(values: Values, node: exp.Expr) -> Value | None:
    inner = values.value(node.this)
    time = values.time_of(inner)
    if time is None:
        return None
    zone = node.args.get("zone")
    local = zoned(values, time, zone.name, to_local=True) if zone is not None else time
    return _result(values, node, values.terms.floor(local, DAY) if local is not None else None)


def _binned(values: Values, node: exp.DateBin) -> Value | None:
    time = _time(values, node.expression)
    width = values.value(node.this).constant
    span = parsed_span(width) if isinstance(width, str) else width
    if time is None or not isinstance(span, Span):
        return None
    origin = node.args.get("unit") or node.args.get("zone") or node.args.get("origin")
    start = _DUCKDB_ORIGIN if values.around.dialect == "duckdb" else 0
    if origin is not None:
        given = values.value(origin)
        known = values.time_of(given)
        if known is not None and known.is_constant:
            start = known.offset
        elif isinstance(given.constant, Span) and not given.constant.months:
            start += given.constant.microseconds
        else:
            return None
    return _result(values, node, _bucket(values, time, span, start))


def _bucket(values: Values, time: Linear, span: Span, origin: int) -> Linear | None:
    if span.months and not span.microseconds:
        return values.terms.month_floor(time, span.months) if 12 % span.months == 0 or span.months % 12 == 0 else None
    if span.months or span.microseconds <= 0:
        return None
    return values.terms.floor(time, span.microseconds, -origin % span.microseconds)


def _slice(values: Values, node: exp.TimeSlice) -> Value | None:
    time, count = _time(values, node.this), values.value(node.expression).constant
    if time is None or not isinstance(count, Fraction):
        return None
    unit = node.args["unit"].name
    start = floored(values, time, unit, int(count))
    kind = node.args.get("kind")
    if start is not None and kind is not None and kind.name.upper() == "END":
        span = span_of(count, unit)
        start = _moved(values, start, span, 1) if span is not None else None
    return _result(values, node, start)


def _last_day(values: Values, node: exp.Expr) -> Value | None:
    time = _time(values, node.this if not isinstance(node, exp.Anonymous) else node.expressions[0])
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
    return _result(values, node, end.shifted(-DAY))


# Arithmetic


def _moved(values: Values, time: Linear, span: Span, sign: int) -> Linear | None:
    if span.months:
        time = values.terms.shift(time, sign * span.months)
    return time.shifted(sign * span.microseconds)


def _added(sign: int) -> Call:
    def rule(values: Values, node: exp.Expr) -> Value | None:
        time = _time(values, node.this)
        amount = values.value(node.expression)
        unit = node.args.get("unit")
        span = amount.constant
        if isinstance(span, str):
            try:
                span = Fraction(span)
            except ValueError:
                span = parsed_span(span)
        if isinstance(span, Fraction):
            span = span_of(span, unit.name if unit is not None else "day")
        moved = _moved(values, time, span, sign) if time is not None and isinstance(span, Span) else None
        return _result(values, node, moved)

    return rule


def _add_months(values: Values, node: exp.AddMonths) -> Value | None:
    time, count = _time(values, node.this), values.value(node.expression).constant
    if time is None or not isinstance(count, Fraction):
        return None
    return _result(values, node, values.terms.shift(time, int(count)))


def _add_named(sign: int, unit: str) -> Call:
    """ClickHouse's ``addDays(ts, n)``."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        time, count = _time(values, node.expressions[0]), values.value(node.expressions[1]).constant
        span = span_of(count, unit) if isinstance(count, Fraction) else None
        return _result(
            values, node, _moved(values, time, span, sign) if time is not None and span is not None else None
        )

    return rule


def _span_named(unit: str) -> Call:
    """``to_days(3)``, ``toIntervalDay(3)``: an interval."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        argument = values.value(node.expressions[0] if isinstance(node, exp.Anonymous) else node.this)
        if not isinstance(argument.constant, Fraction):
            return None
        return Value(argument.waits, constant=span_of(argument.constant, unit))

    return rule


def _make_interval(values: Values, node: exp.MakeInterval) -> Value | None:
    months = microseconds = 0
    for key, part in node.args.items():
        if not isinstance(part, exp.Expr):
            continue
        inner = part.expression if isinstance(part, exp.Kwarg) else part
        count = values.value(inner).constant
        span = (
            span_of(count, part.this.name if isinstance(part, exp.Kwarg) else key)
            if isinstance(count, Fraction)
            else None
        )
        if span is None:
            return None
        months, microseconds = months + span.months, microseconds + span.microseconds
    return Value(constant=Span(months, microseconds))


def _difference(values: Values, node: exp.Expr) -> Value | None:
    """``date_diff`` counts the boundaries between two times, so it is the difference of both cut to the unit."""
    first, second = _time(values, node.this), _time(values, node.expression)
    unit = node.args.get("unit")
    name = unit_name(unit.name) if unit is not None else "day"
    width = MICROSECONDS.get(name, 0)
    exact = isinstance(node, exp.TimestampDiff) or (
        isinstance(node, exp.DateDiff | exp.DatetimeDiff) and name == "microsecond"
    )
    if first is None or second is None or not width or exact:
        return None
    a, b = floored(values, first, name), floored(values, second, name)
    if a is None or b is None:
        return None
    return _result(values, node, Linear(a.plus, b.plus, a.offset - b.offset, width))


# Epochs


def _epoch(width: int, whole: bool) -> Call:
    """Seconds, or what ``width`` is, since 1970."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        inner = values.value(node.this if not isinstance(node, exp.Anonymous) else node.expressions[-1])
        linear = inner.linear if inner.linear is not None else values.time_of(inner)
        if linear is None or linear.unit != 1:
            return None
        if whole and linear.is_time:
            linear = values.terms.floor(linear, width)
        return _result(values, node, replace(linear, unit=width))

    return rule


def _extract(values: Values, node: exp.Extract) -> Value | None:
    name = node.this.name.lower()
    if name == "date":
        time = _time(values, node.expression)
        return _result(values, node, values.terms.floor(time, DAY) if time is not None else None)
    widths = {"epoch": SECOND, "epoch_second": SECOND, "epoch_millisecond": 1000, "epoch_microsecond": 1}
    if name not in widths:
        return None
    inner = values.value(node.expression)
    if inner.linear is None or inner.linear.unit != 1:
        return None
    return _result(values, node, replace(inner.linear, unit=widths[name]))


def _date_part(values: Values, node: exp.Anonymous) -> Value | None:
    name = values.value(node.expressions[0]).constant if len(node.expressions) == 2 else None
    if name != "epoch":
        return None
    return _epoch(SECOND, False)(values, node)


def _from_epoch(values: Values, node: exp.UnixToTime) -> Value | None:
    """A number to a time. DuckDB's ``epoch_ms`` of a time is the number."""
    scale = node.args.get("scale")
    width = (
        SECOND // 10 ** int(scale.name)
        if scale is not None and scale.name.isdigit() and int(scale.name) <= 6
        else SECOND
    )
    inner = values.value(node.this)
    if inner.linear is None:
        if isinstance(inner.constant, Fraction):
            return Value(inner.waits, Linear(offset=int(inner.constant * width)), aware=True)
        return None
    if inner.linear.is_time and scale is not None:
        return _result(values, node, replace(inner.linear, unit=width))
    if inner.linear.unit == width and inner.linear.minus == ZERO:
        return _result(values, node, replace(inner.linear, unit=1), True)
    return None


# Zones


def zoned(values: Values, time: Linear, zone: str, *, to_local: bool) -> Linear | None:
    """What clocks in a zone show at an instant, or the instant at which they show it."""
    offsets = values.around.zone(zone)
    if offsets is None or not time.is_time:
        return None
    least, greatest = offsets
    if least == greatest:
        return time.shifted(least if to_local else -least)
    inner = values.terms[time.plus]
    if not to_local and isinstance(inner, Zone) and inner.local and inner.zone == zone and not time.offset:
        # In the hour that comes twice, the way back ends up to an hour off.
        pass
    return Linear(values.terms.term(Zone(time.plus, time.offset, zone, to_local, least, greatest)))


def _at_zone(values: Values, node: exp.AtTimeZone) -> Value | None:
    inner = values.value(node.this)
    time = values.time_of(inner)
    zone = values.value(node.args["zone"]).constant
    if time is None or not isinstance(zone, str):
        return None
    local = inner.aware or values.around.dialect in ("spark", "databricks")
    return _result(values, node, zoned(values, time, zone, to_local=local), aware=not local)


def _from_zone(values: Values, node: exp.FromTimeZone) -> Value | None:
    time, zone = _time(values, node.this), values.value(node.args["zone"]).constant
    if time is None or not isinstance(zone, str):
        return None
    return _result(values, node, zoned(values, time, zone, to_local=False))


def _timezone(values: Values, node: exp.Anonymous) -> Value | None:
    """DuckDB's and Postgres' ``timezone(zone, ts)``."""
    if len(node.expressions) != 2:
        return None
    zone, inner = values.value(node.expressions[0]).constant, values.value(node.expressions[1])
    time = values.time_of(inner)
    if time is None or not isinstance(zone, str):
        return None
    return _result(values, node, zoned(values, time, zone, to_local=inner.aware), aware=not inner.aware)


def _convert_zone(values: Values, node: exp.ConvertTimezone) -> Value | None:
    time = _time(values, node.args.get("timestamp"))
    source, target = node.args.get("source_tz"), node.args.get("target_tz")
    if time is None or target is None:
        return None
    instant = zoned(values, time, source.name, to_local=False) if source is not None else time
    return _result(values, node, zoned(values, instant, target.name, to_local=True) if instant is not None else None)


def _datetime(values: Values, node: exp.Expr) -> Value | None:
    """``DATETIME(ts, zone)`` is local time, ``TIMESTAMP(dt, zone)`` an instant."""
    inner = values.value(node.this)
    time = values.time_of(inner)
    zone = node.args.get("expression") or node.args.get("zone")
    if time is None:
        return None
    aware = isinstance(node, exp.Timestamp)
    if zone is not None:
        name = values.value(zone).constant
        if not isinstance(name, str):
            return None
        found = zoned(values, time, name, to_local=not aware)
        return _result(values, node, found, aware)
    return _result(values, node, time, aware)


# Structs


def _window(values: Values, node: exp.Anonymous) -> Value | None:
    """Spark's ``window(ts, length[, slide[, start]])``: a struct of start and end."""
    time = _time(values, node.expressions[0])
    spans = [parsed_span(values.value(part).constant) for part in node.expressions[1:]]
    if time is None or not spans or any(s is None or s.months for s in spans):
        return None
    width, *more = [s.microseconds for s in spans if s is not None]
    waits = values.opaque(node).waits
    if not more or more[0] == width:
        start = values.terms.floor(time, width, -(more[1] if len(more) > 1 else 0) % width)
    else:
        begin = values.terms.var("a window's start", total=True)
        values.edges += [
            Edge(begin, time.plus, time.offset),
            Edge(time.plus, begin, width - 1 - time.offset),
        ]
        start = Linear(begin)
    fields = {"start": Value(waits, start), "end": Value(waits, start.shifted(width))}
    return Value(waits, fields=fields)


def _window_time(values: Values, node: exp.Anonymous) -> Value | None:
    end = values.value(node.expressions[0]).fields.get("end")
    return None if end is None or end.linear is None else Value(end.waits, end.linear.shifted(-1))


def _same(values: Values, node: exp.Expr) -> Value | None:
    """A function that changes the type alone."""
    first = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
    inner = values.value(first)
    time = values.time_of(inner)
    return (
        None
        if time is None
        else Value(
            values.opaque(node).waits, time, inner.null, nature=inner.nature if isinstance(inner.nature, End) else None
        )
    )


def _first_floor(width: int, phase: int = 0) -> Call:
    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time = _time(values, node.expressions[0])
        return _result(values, node, values.terms.floor(time, width, phase) if time is not None else None)

    return rule


def _first_month(months: int) -> Call:
    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time = _time(values, node.expressions[0])
        return _result(values, node, values.terms.month_floor(time, months) if time is not None else None)

    return rule


def _interval_floor(origin: int) -> Call:
    """``toStartOfInterval(ts, interval)``, ``TIMESTAMP_BUCKET(ts, interval)``."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        time, span = _time(values, node.expressions[0]), values.value(node.expressions[1]).constant
        start = origin
        if len(node.expressions) > 2:
            given = _time(values, node.expressions[2])
            if given is None or not given.is_constant:
                return None
            start = given.offset
        if time is None or not isinstance(span, Span):
            return None
        if span.microseconds and span.microseconds % WEEK == 0 and start == 0:
            start = -MONDAY
        return _result(values, node, _bucket(values, time, span, start))

    return rule


_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")

_BY_CLASS: Mapping[type[exp.Expr], Call] = {
    **dict.fromkeys((exp.TimestampTrunc, exp.DateTrunc, exp.DatetimeTrunc), _truncated),
    **dict.fromkeys((exp.TsOrDsToDate, exp.Date), _to_date),
    exp.DateBin: _binned,
    exp.TimeSlice: _slice,
    exp.LastDay: _last_day,
    **dict.fromkeys((exp.DateAdd, exp.TimestampAdd, exp.DatetimeAdd, exp.TsOrDsAdd), _added(1)),
    **dict.fromkeys((exp.DateSub, exp.TimestampSub, exp.DatetimeSub), _added(-1)),
    exp.AddMonths: _add_months,
    exp.ToDays: _span_named("day"),
    exp.MakeInterval: _make_interval,
    **dict.fromkeys((exp.DateDiff, exp.DatetimeDiff, exp.TimestampDiff), _difference),
    exp.TimeToUnix: _epoch(SECOND, False),
    exp.StrToUnix: _epoch(SECOND, True),
    exp.UnixSeconds: _epoch(SECOND, True),
    exp.UnixMillis: _epoch(1000, True),
    exp.UnixMicros: _epoch(1, False),
    exp.Extract: _extract,
    exp.UnixToTime: _from_epoch,
    exp.AtTimeZone: _at_zone,
    exp.FromTimeZone: _from_zone,
    exp.ConvertTimezone: _convert_zone,
    **dict.fromkeys((exp.Datetime, exp.Timestamp), _datetime),
}

_BY_NAME: Mapping[str, Call] = {
    "timezone": _timezone,
    "window": _window,
    "window_time": _window_time,
    "todate": _first_floor(DAY),
    "todate32": _first_floor(DAY),
    "date_part": _date_part,
    **dict.fromkeys(("todatetime", "todatetime64", "totimezone", "assumenotnull", "tonullable", "materialize"), _same),
    **dict.fromkeys(("to_timestamp_ntz", "to_timestamp_tz", "to_timestamp_ltz", "to_timestamp"), _same),
    "tostartofsecond": _first_floor(SECOND),
    "tostartoffiveminute": _first_floor(300 * SECOND),
    "tostartoffiveminutes": _first_floor(300 * SECOND),
    "tostartoftenminutes": _first_floor(600 * SECOND),
    "tostartoffifteenminutes": _first_floor(900 * SECOND),
    "timeslot": _first_floor(1800 * SECOND),
    "tostartofhour": _first_floor(HOUR),
    "tostartofday": _first_floor(DAY),
    "tostartofweek": _first_floor(WEEK, _SUNDAY),
    "tomonday": _first_floor(WEEK, MONDAY),
    "tostartofmonth": _first_month(1),
    "tostartofquarter": _first_month(3),
    "tostartofyear": _first_month(12),
    "tolastdayofmonth": _last_day,
    "tostartofinterval": _interval_floor(0),
    "timestamp_bucket": _interval_floor(_BIGQUERY_ORIGIN),
    "datetime_bucket": _interval_floor(_BIGQUERY_ORIGIN),
    "date_bucket": _interval_floor(_BIGQUERY_ORIGIN),
    "tounixtimestamp": _epoch(SECOND, True),
    "epoch_us": _epoch(1, False),
    "epoch_ms": _epoch(1000, True),
    **{f"add{unit}s": _add_named(1, unit) for unit in _UNITS},
    **{f"subtract{unit}s": _add_named(-1, unit) for unit in _UNITS},
    **{f"tointerval{unit}": _span_named(unit) for unit in _UNITS},
    **{f"to_{unit}s": _span_named(unit) for unit in _UNITS},
}
