"""Arithmetic of times, intervals and numbers."""

from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.frames import turned
from featurec.analysis.time.nodes import DAY, SECOND, ZERO, Linear, Var
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import End, Nature, Span, Value
from featurec.analysis.time.terms import Terms


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
    found = _scaled(left, 1 / right.constant)
    # Whole numbers may be divided as such.
    if node.args.get("typed") and left.linear is not None and has_no_fraction(values.terms, left.linear):
        found = replace(found, linear=floored_number(values, found.linear))
    return replace(found, waits=left.waits | right.waits)


def divided_whole(values: Values, node: exp.Binary) -> Value | None:
    """``value // number``, ``value DIV number``."""
    left, right = values.value(node.left), values.value(node.right)
    if not isinstance(right.constant, Fraction) or right.constant <= 0:
        return None
    counted = left.linear is not None and values.terms.kind(left.linear.plus) == "time"
    found = _scaled(left, 1 / right.constant, counted=counted)
    return Value(left.waits | right.waits, floored_number(values, found.linear), left.null)


def floored(values: Values, node: exp.Floor) -> Value | None:
    """``FLOOR(number)``."""
    if node.args.get("decimals") or node.args.get("to"):
        return None
    inner = values.value(node.this)
    return Value(inner.waits, floored_number(values, inner.linear), inner.null)


def floored_number(values: Values, linear: Linear | None) -> Linear | None:
    """A number without its fraction; None for the difference of two times, and for what has no unit."""
    if linear is None or linear.minus != ZERO or linear.unit == 1:
        return None
    return replace(values.terms.floor(replace(linear, unit=1), linear.unit), unit=linear.unit)


def has_no_fraction(terms: Terms, linear: Linear) -> bool:
    """Whether a number made of times has no fraction."""
    ends = (terms.residue(linear.plus, linear.unit), terms.residue(linear.minus, linear.unit))
    if ends[0] is None or ends[1] is None:
        return False
    return (ends[0] - ends[1] + linear.offset) % linear.unit == 0


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
    nature = _later_end(left.nature, right.constant, sign)
    moved = _moved(values, left, right, sign, node)
    return Value(waits, moved, constant=constant, nature=nature, aware=left.aware)


def _later_end(end: Nature, span: object, sign: int) -> End | None:
    """The end of a row's validity, and some time more."""
    if not isinstance(end, End) or end.width or not isinstance(span, Span) or span.months:
        return None
    return replace(end, by=end.by + sign * span.microseconds)


def _moved(values: Values, left: Value, right: Value, sign: int, node: exp.Binary) -> Linear | None:
    base = left.linear
    if base is None and (right.linear is not None or isinstance(right.constant, Span)):
        base = values.time_of(left)
    if base is None:
        return None
    span = parsed_span(right.constant) if isinstance(right.constant, str) else right.constant
    if isinstance(span, Span):
        return shifted(values, base, span.times(sign))
    if isinstance(right.constant, Fraction):
        return _by_number(values, base, right.constant * sign, node)
    other = right.linear if right.linear is not None else values.time_of(right)
    if other is None or sign > 0 or base.unit != other.unit or base.minus != ZERO or other.minus != ZERO:
        return None
    return Linear(base.plus, other.plus, base.offset - other.offset, base.unit)


def _by_number(values: Values, base: Linear, number: Fraction, node: exp.Binary) -> Linear | None:
    """Dates move by days, ClickHouse's times by seconds, numbers made of times by their unit."""
    if not base.is_time:
        step: Fraction | int = number * base.unit
    elif values.terms.kind(base.plus) not in ("time", "unknown"):
        step = number
    elif values.around.habits.numbers_are_seconds:
        dated = _is_dated(values, node.left if isinstance(node.right.unnest(), exp.Literal) else node.right)
        if dated is None:
            return None
        step = number * (DAY if dated else SECOND)
    elif values.terms.residue(base.plus, DAY) is not None:
        step = number * DAY
    else:
        return None
    return base.shifted(int(step)) if step == int(step) else None


_DATED = frozenset(
    {
        "todate",
        "todate32",
        "tomonday",
        "makedate",
        "tostartofweek",
        "tostartofmonth",
        "tostartofquarter",
        "tostartofyear",
    }
)
_TIMED = frozenset(
    {
        "todatetime", "todatetime64", "fromunixtimestamp", "timeslot", "tostartofsecond", "tostartofminute", "tostartofhour",
        "tostartofday", "tostartoffiveminutes", "tostartoftenminutes", "tostartoffifteenminutes", "tumblestart", "tumbleend",
    }
)  # fmt: skip


def _is_dated(values: Values, node: exp.Expr) -> bool | None:
    """Whether ClickHouse's value is a date rather than a time; None where neither is certain."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return bool(node.is_type(exp.DType.DATE, exp.DType.DATE32))
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        return True if name in _DATED else False if name in _TIMED else None
    if isinstance(node, exp.TimestampTrunc):
        return node.unit is not None and node.unit.name.lower() in ("week", "month", "quarter", "year")
    linear = values.value(node).linear
    term = values.terms[linear.plus] if linear is not None else None
    return term.grid == DAY if isinstance(node, exp.Column) and isinstance(term, Var) else None


def _scaled(value: Value, factor: Fraction, *, counted: bool = False) -> Value:
    """The value times a number. ``counted``: a time is meant as a number of microseconds."""
    if isinstance(value.constant, Fraction):
        return Value(value.waits, constant=value.constant * factor)
    if isinstance(value.constant, Span) and factor.denominator == 1:
        return Value(value.waits, constant=value.constant.times(factor.numerator))
    linear = value.linear
    if linear is None or not factor or (linear.is_time and factor != -1 and not counted):
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
