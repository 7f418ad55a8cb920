"""Casts: a time stays the time that it is, down to what its new type can hold; as a number it counts seconds."""

from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.functions import CLOCK_TEXTS
from featurec.analysis.time.nodes import DAY, SECOND, ZERO, Linear
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.sums import floored_number, has_no_fraction
from featurec.analysis.time.tables import End, Span, Value, later

_TIMES = (
    exp.DType.DATE, exp.DType.DATE32, exp.DType.DATETIME, exp.DType.DATETIME2, exp.DType.DATETIME64, exp.DType.TIMESTAMP,
    exp.DType.TIMESTAMPLTZ, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMP_MS, exp.DType.TIMESTAMP_NS,
    exp.DType.TIMESTAMP_S, exp.DType.SMALLDATETIME,
)  # fmt: skip
_DATES = (exp.DType.DATE, exp.DType.DATE32)
_AWARE = (exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ)
_WIDTHS = {exp.DType.TIMESTAMP_S: SECOND, exp.DType.TIMESTAMP_MS: 1000, exp.DType.SMALLDATETIME: 60 * SECOND}
_INTEGERS = (
    exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.INT128, exp.DType.UINT, exp.DType.UBIGINT,
)  # fmt: skip
_FRACTIONS = (exp.DType.DOUBLE,)
_ROUGH = (exp.DType.DECIMAL, exp.DType.BIGDECIMAL, exp.DType.FLOAT)
"""Types that may not hold all of a number with a fraction."""
_NUMBERS = (*_INTEGERS, *_FRACTIONS, *_ROUGH)


def cast(values: Values, node: exp.Cast) -> Value:
    """``CAST(value AS type)``."""
    inner = values.value(node.this)
    kind = node.to.this
    if kind == exp.DType.INTERVAL or isinstance(kind, exp.Interval):
        span = parsed_span(inner.constant) if isinstance(inner.constant, str) else inner.constant
        return replace(inner, constant=span if isinstance(span, Span) else None, linear=None)
    if kind in _TIMES:
        return _as_time(values, node, inner)
    return Value(inner.waits, _as_number(values, inner.linear, kind), inner.null, constant=inner.constant)


def _as_time(values: Values, node: exp.Cast, inner: Value) -> Value:
    kind = node.to.this
    text = inner.constant.strip().lower() if isinstance(inner.constant, str) else ""
    if text in CLOCK_TEXTS:
        now = Linear(values.terms.var("now", total=True))
        return Value(frozenset({later("FC304", values.around.number(node), f"`{text}` is the time of the run")}), now)
    time = values.time_of(inner)
    if values.around.habits.numbers_are_epochs and inner.linear is not None and inner.linear.minus == ZERO:
        # Spark: a number is so many seconds since 1970.
        seconds = inner.linear
        if seconds.unit == SECOND:
            time = replace(seconds, unit=1)
        elif values.terms.kind(seconds.plus) not in ("time", "unknown"):
            time = None
    linear = _on_grid(values, time, node.to) if time is not None else None
    nature = inner.nature if isinstance(inner.nature, End) else None
    if nature is not None and linear != time:
        nature = replace(nature, width=DAY) if kind in _DATES else None
    return Value(inner.waits, linear, inner.null, nature=nature, aware=kind in _AWARE)


def _on_grid(values: Values, time: Linear, kind: exp.DataType) -> Linear:
    """A time cut or rounded to what its new type can hold."""
    terms, habits = values.terms, values.around.habits
    if kind.this in _DATES:
        return terms.floor(time, DAY)
    width = _WIDTHS.get(kind.this, 0)
    digits = kind.expressions[0].name if kind.expressions else ""
    if kind.this == exp.DType.DATETIME and not digits:
        digits = str(habits.digits_of_datetime)
    if digits.isdigit() and int(digits) < 6:
        width = 10 ** (6 - int(digits))
    if not width or terms.residue(time.plus, width) == -time.offset % width:
        return time
    if habits.precision_cuts:
        return terms.floor(time, width)
    # The middle of two goes up.
    return terms.floor(time.shifted(width // 2), width)


def _as_number(values: Values, linear: Linear | None, kind: object) -> Linear | None:
    if linear is None or kind not in _NUMBERS:
        return linear if linear is not None and not linear.is_time else None
    if linear.is_time and values.terms.kind(linear.plus) in ("time", "unknown"):
        if not values.around.habits.numbers_are_epochs and not values.around.habits.numbers_are_seconds:
            # No time is cast to a number there: it is one, of microseconds.
            return linear
        seconds = replace(linear, unit=SECOND)
        return floored_number(values, seconds) if kind in _INTEGERS else seconds if kind in _FRACTIONS else None
    if linear.is_time or has_no_fraction(values.terms, linear) or kind in _FRACTIONS:
        return linear
    if kind in _INTEGERS and values.around.habits.casts_cut and linear.minus == ZERO:
        return floored_number(values, linear)
    # Whether a fraction is cut or rounded is not known.
    return None
