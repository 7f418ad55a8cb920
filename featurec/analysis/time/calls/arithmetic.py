"""Times and intervals, added and subtracted."""

from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.calls.arguments import Call, result, time_of
from featurec.analysis.time.calls.linear import floored, moved
from featurec.analysis.time.constants import MICROSECONDS, parsed_span, span_of, unit_name
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.nodes import ZERO, Linear
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Span, Value


def added(sign: int) -> Call:
    """``DATE_ADD(ts, INTERVAL n unit)``, ``DATEADD(unit, n, ts)``; a subtraction where ``sign`` is -1."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        time = time_of(values, node.this)
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
        if time is None or not isinstance(span, Span):
            return None
        return result(values, node, moved(values, time, span, sign))

    return rule


def add_months(values: Values, node: exp.AddMonths) -> Value | None:
    """``ADD_MONTHS(ts, n)``."""
    time, count = time_of(values, node.this), values.value(node.expression).constant
    if time is None or not isinstance(count, Fraction):
        return None
    return result(values, node, values.terms.shift(time, int(count)))


def added_named(sign: int, unit: str) -> Call:
    """ClickHouse's ``addDays(ts, n)``."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        time, count = time_of(values, node.expressions[0]), values.value(node.expressions[1]).constant
        span = span_of(count, unit) if isinstance(count, Fraction) else None
        return result(values, node, moved(values, time, span, sign) if time is not None and span is not None else None)

    return rule


def span_named(unit: str) -> Call:
    """``to_days(3)``, ``toIntervalDay(3)``: an interval."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        argument = values.value(node.expressions[0] if isinstance(node, exp.Anonymous) else node.this)
        if not isinstance(argument.constant, Fraction):
            return None
        return Value(argument.waits, constant=span_of(argument.constant, unit))

    return rule


def make_interval(values: Values, node: exp.MakeInterval) -> Value | None:
    """``make_interval(days => 3)``: an interval."""
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


def difference(values: Values, node: exp.Expr) -> Value | None:
    """``date_diff`` counts the boundaries between two times, so it is the difference of both cut to the unit."""
    unit = node.args.get("unit")
    exact = isinstance(node, exp.TimestampDiff) or (values.around.habits.whole_differences and unit is not None)
    parts = [node.this, node.expression]
    if exact:
        # sqlglot reads Spark's arguments as dates.
        parts = [part.this if isinstance(part, exp.TsOrDsToDate) else part for part in parts]
    first, second = (time_of(values, part) for part in parts)
    name = unit_name(unit.name) if unit is not None else "day"
    width = MICROSECONDS.get(name, 0)
    if first is None or second is None or width <= 1:
        return None
    if exact:
        return result(values, node, whole_units(values, first, second, width))
    a, b = floored(values, first, name), floored(values, second, name)
    if a is None or b is None:
        return None
    return result(values, node, Linear(a.plus, b.plus, a.offset - b.offset, width))


def age(values: Values, node: exp.Anonymous) -> Value | None:
    """ClickHouse's ``age(unit, start, end)`` counts whole units."""
    if len(node.expressions) < 3:
        return None
    unit = values.value(node.expressions[0]).constant
    start, end = time_of(values, node.expressions[1]), time_of(values, node.expressions[2])
    width = MICROSECONDS.get(unit_name(unit), 0) if isinstance(unit, str) else 0
    if start is None or end is None or not width:
        return None
    return result(values, node, whole_units(values, end, start, width))


def whole_units(values: Values, end: Linear, start: Linear, width: int) -> Linear:
    """How many whole units lie between two times: less than a unit from the difference, towards nothing."""
    node = values.terms.var("whole units later", kind="time")
    values.terms.require(node, {end.plus, start.plus} - {ZERO})
    values.edges += [Edge(node, end.plus, end.offset + width - 1), Edge(end.plus, node, width - 1 - end.offset)]
    return Linear(node, start.plus, -start.offset, width)
