"""Comparisons of two values as facts."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.facts import Edge
from featurec.analysis.time.frames import turned
from featurec.analysis.time.nodes import DAY, ZERO, Linear
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import Span, Value, difference, equal

Kind = type[exp.Expr]

NEGATED: dict[Kind, Kind] = {
    exp.LT: exp.GTE, exp.LTE: exp.GT, exp.GT: exp.LTE, exp.GTE: exp.LT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
}  # fmt: skip
SWAPPED: dict[Kind, Kind] = {exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE, exp.EQ: exp.EQ}


def compared(values: Values, left: Value, right: Value, kind: Kind) -> list[Edge]:
    """The facts of ``left kind right`` where both sides are known in terms of nodes, in the same unit."""
    a, b = _side(values, left, right), _side(values, right, left)
    if a is None or b is None or a.unit != b.unit:
        return []
    least = -1 if values.terms.is_whole(a) and values.terms.is_whole(b) else 0
    if kind is exp.LTE:
        return difference(a, b, 0)
    if kind is exp.LT:
        return difference(a, b, least)
    if kind is exp.GTE:
        return difference(b, a, 0)
    if kind is exp.GT:
        return difference(b, a, least)
    return equal(a, b) if kind is exp.EQ else []


def within(values: Values, node: exp.Binary, kind: Kind) -> list[Edge] | None:
    """``abs(d) < c`` holds where ``d < c`` and ``-d < c``; None for any other comparison."""
    inner = node.left.unnest()
    if not isinstance(inner, exp.Abs) or kind not in (exp.LT, exp.LTE):
        return None
    value, bound = values.value(inner.this), values.value(node.right)
    if value.linear is None:
        return None
    minus = replace(value, linear=turned(value.linear))
    return compared(values, value, bound, kind) + compared(values, minus, bound, kind)


def low(node: exp.Between) -> exp.Expr:
    """``x >= a`` of ``x BETWEEN a AND b``."""
    return exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())


def high(node: exp.Between) -> exp.Expr:
    """``x <= b`` of ``x BETWEEN a AND b``."""
    return exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())


def turned_round(node: exp.Between) -> exp.Between:
    """``x BETWEEN b AND a``, which ``x BETWEEN SYMMETRIC a AND b`` allows too."""
    return exp.Between(this=node.this.copy(), low=node.args["high"].copy(), high=node.args["low"].copy())


def conjuncts(node: exp.Expr) -> Iterable[exp.Expr]:
    """The parts of a conjunction of any length."""
    node = node.unnest()
    if isinstance(node, exp.And):
        yield from conjuncts(node.left)
        yield from conjuncts(node.right)
    else:
        yield node


def disjuncts(node: exp.Expr) -> Iterable[exp.Expr]:
    """The parts of a disjunction of any length."""
    node = node.unnest()
    if isinstance(node, exp.Or):
        yield from disjuncts(node.left)
        yield from disjuncts(node.right)
    else:
        yield node


def _side(values: Values, value: Value, other: Value) -> Linear | None:
    """A side in terms of nodes; a constant takes the unit of the other side."""
    if value.linear is not None:
        return value.linear
    if other.linear is None:
        return None
    if isinstance(value.constant, Fraction):
        # A date less a date is a number of days; a time less a time is compared with an interval.
        unit = DAY if other.linear.minus != ZERO and other.linear.unit == 1 else other.linear.unit
        offset = value.constant * unit
        return Linear(offset=int(offset), unit=other.linear.unit) if offset.denominator == 1 else None
    if isinstance(value.constant, Span):
        return Linear(offset=value.constant.microseconds) if not value.constant.months else None
    return values.time_of(value)
