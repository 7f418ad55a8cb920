"""Times as numbers, and back."""

from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.calls.arguments import Call, result, time_of
from featurec.analysis.time.nodes import DAY, SECOND, ZERO, Linear
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Value


def epoch(width: int, whole: bool) -> Call:
    """Seconds, or what ``width`` is, since 1970."""

    def rule(values: Values, node: exp.Expr) -> Value | None:
        inner = values.value(node.this if not isinstance(node, exp.Anonymous) else node.expressions[-1])
        linear = inner.linear if inner.linear is not None else values.time_of(inner)
        if linear is None or linear.unit != 1 or (width == 1 and _is_day(values, linear)):
            return None
        if whole and linear.is_time:
            linear = values.terms.floor(linear, width)
        return result(values, node, replace(linear, unit=width))

    return rule


def _is_day(values: Values, linear: Linear) -> bool:
    """Whether a number of microseconds could be taken for a date, to which numbers are added as days."""
    return linear.is_time and values.terms.residue(linear.plus, DAY) is not None


def extract(values: Values, node: exp.Extract) -> Value | None:
    """``EXTRACT(EPOCH FROM ts)``, ``EXTRACT(DATE FROM ts)``."""
    name = node.this.name.lower()
    if name == "date":
        time = time_of(values, node.expression)
        return result(values, node, values.terms.floor(time, DAY) if time is not None else None)
    widths = {"epoch": SECOND, "epoch_second": SECOND, "epoch_millisecond": 1000, "epoch_microsecond": 1}
    if name not in widths:
        return None
    inner = values.value(node.expression)
    if inner.linear is None or inner.linear.unit != 1:
        return None
    width, linear = widths[name], inner.linear
    if width == 1 and _is_day(values, linear):
        return None
    if linear.is_time and values.around.habits.whole_epochs:
        linear = values.terms.floor(linear, width)
    return result(values, node, replace(linear, unit=width))


def date_part(values: Values, node: exp.Anonymous) -> Value | None:
    """``date_part('epoch', ts)``."""
    name = values.value(node.expressions[0]).constant if len(node.expressions) == 2 else None
    if name != "epoch":
        return None
    return epoch(SECOND, False)(values, node)


def from_epoch(values: Values, node: exp.UnixToTime) -> Value | None:
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
    if inner.linear.is_time and scale is not None and width > 1:
        if values.terms.kind(inner.linear.plus) not in ("time", "unknown"):
            return None
        # DuckDB rounds, the middle up.
        rounded = values.terms.floor(inner.linear.shifted(width // 2), width)
        return result(values, node, replace(rounded, unit=width))
    return _timed(values, node, inner, width)


def from_named(width: int) -> Call:
    """``timestamp_seconds(n)``, ``fromUnixTimestamp(n)``: so many ``width`` since 1970."""

    def rule(values: Values, node: exp.Anonymous) -> Value | None:
        return _timed(values, node, values.value(node.expressions[0]), width)

    return rule


def _timed(values: Values, node: exp.Expr, number: Value, width: int) -> Value | None:
    linear = number.linear
    if linear is None or linear.unit != width or linear.minus != ZERO:
        return None
    if width == 1 and values.terms.kind(linear.plus) not in ("time", "unknown"):
        return None
    return result(values, node, replace(linear, unit=1), True)
