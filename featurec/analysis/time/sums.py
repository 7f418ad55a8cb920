"""Arithmetic of times, intervals and numbers."""

from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.frames import turned
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Span, Value
from featurec.analysis.time.terms import DAY, SECOND, ZERO, Linear


def added(values: Values, node: exp.Binary) -> Value:
    """``left + right``."""
    return _sum(values, node, 1)


def subtracted(values: Values, node: exp.Binary) -> Value:
    """``left - right``."""
    return _sum(values, node, -1)


def multiplied(values: Values, node: exp.Binary) -> Value | None:
    """``value * number``."""
    left, right = values.value(node.left), values.value(node.right)
    if isinstance(left.constant, Fraction):
        left, right = right, left
    if not isinstance(right.constant, Fraction):
        return None
    return replace(_scaled(left, right.constant), waits=left.waits | right.waits)


def divided(values: Values, node: exp.Binary) -> Value | None:
    """``value / number``."""
    left, right = values.value(node.left), values.value(node.right)
    if not isinstance(right.constant, Fraction) or not right.constant:
        return None
    return replace(_scaled(left, 1 / right.constant), waits=left.waits | right.waits)


def negated(values: Values, node: exp.Neg) -> Value:
    """``-value``."""
    return _scaled(values.value(node.this), Fraction(-1))


def shifted(values: Values, time: Linear, span: Span) -> Linear | None:
    """A time and an interval; months first, as engines do it."""
    if span.months:
        if not time.is_time:
            return None
        time = values.terms.shift(time, span.months)
    return time.shifted(span.microseconds)


def _sum(values: Values, node: exp.Binary, sign: int) -> Value:
    left, right = values.value(node.left), values.value(node.right)
    waits = left.waits | right.waits
    if left.null or right.null:
        return Value(waits, null=True)
    if sign > 0 and left.linear is None and right.linear is not None:
        left, right = right, left
    constant = _constant_sum(left.constant, right.constant, sign)
    return Value(waits, _moved(values, left, right, sign), constant=constant, aware=left.aware)


def _moved(values: Values, left: Value, right: Value, sign: int) -> Linear | None:
    base = left.linear
    if base is None and (right.linear is not None or isinstance(right.constant, Span)):
        base = values.time_of(left)
    if base is None:
        return None
    if isinstance(right.constant, Span):
        return shifted(values, base, right.constant.times(sign))
    if isinstance(right.constant, Fraction):
        return _by_number(values, base, right.constant * sign)
    other = right.linear if right.linear is not None else values.time_of(right)
    if other is None or sign > 0 or base.unit != other.unit or base.minus != ZERO or other.minus != ZERO:
        return None
    return Linear(base.plus, other.plus, base.offset - other.offset, base.unit)


def _by_number(values: Values, base: Linear, number: Fraction) -> Linear | None:
    """Dates move by days, ClickHouse's times by seconds, numbers made of times by their unit."""
    if not base.is_time:
        step: Fraction | int = number * base.unit
    elif values.terms.residue(base.plus, DAY) is not None:
        step = number * DAY
    elif values.around.habits.numbers_are_seconds:
        step = number * SECOND
    else:
        return None
    return base.shifted(int(step)) if step == int(step) else None


def _scaled(value: Value, factor: Fraction) -> Value:
    if isinstance(value.constant, Fraction):
        return Value(value.waits, constant=value.constant * factor)
    if isinstance(value.constant, Span) and factor.denominator == 1:
        return Value(value.waits, constant=value.constant.times(factor.numerator))
    linear = value.linear
    if linear is None or not factor or (linear.is_time and factor != -1):
        return Value(value.waits)
    unit = linear.unit / abs(factor)
    if unit != int(unit):
        return Value(value.waits)
    return Value(value.waits, replace(turned(linear) if factor < 0 else linear, unit=int(unit)))


def _constant_sum(left: object, right: object, sign: int) -> Fraction | Span | None:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + sign * right
    if isinstance(left, Span) and isinstance(right, Span):
        return Span(left.months + sign * right.months, left.microseconds + sign * right.microseconds)
    return None
