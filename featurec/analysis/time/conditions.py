"""Conditions as facts: what must hold of the times of a row that passes one, and what it waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.facts import Edge
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import NO_WAITS, End, Growing, Pick, Value, Wait, Waits, difference, equal
from featurec.analysis.time.terms import DAY, ZERO, Linear, Node

MAX_WAYS = 16

_NEGATED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GTE,
    exp.LTE: exp.GT,
    exp.GT: exp.LTE,
    exp.GTE: exp.LT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
}
_SWAPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.EQ,
}
_RANGES = frozenset({"tsrange", "tstzrange", "daterange"})


@dataclass(frozen=True)
class Way:
    """One way in which a condition holds: all of these facts, nodes that are not NULL, and nodes that are."""

    edges: tuple[Edge, ...] = ()
    present: frozenset[Node] = frozenset()
    absent: frozenset[Node] = frozenset()


class Conditions:
    """Conditions over one row."""

    nothing = Way()

    def __init__(self, values: Values) -> None:
        self.values = values

    def both(self, left: Sequence[Way], right: Sequence[Way]) -> list[Way]:
        """The ways in which two conditions hold; too many become one that says nothing."""
        ways = [
            Way(a.edges + b.edges, a.present | b.present, a.absent | b.absent)
            for a in left
            for b in right
            if a.absent.isdisjoint(b.present) and b.absent.isdisjoint(a.present)
        ]
        return ways if len(ways) <= MAX_WAYS else list(left) if len(left) <= len(right) else list(right)

    def either(self, left: Sequence[Way], right: Sequence[Way]) -> list[Way]:
        """The ways in which one of two conditions holds."""
        ways = [*left, *right]
        return ways if len(ways) <= MAX_WAYS else [self.nothing]

    def true(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is true; none where it cannot be."""
        match node:
            case exp.Paren():
                return self.true(node.this)
            case exp.And():
                return self.both(self.true(node.left), self.true(node.right))
            case exp.Or():
                return self.either(self.true(node.left), self.true(node.right))
            case exp.Not():
                return self.false(node.this)
            case exp.Between():
                return self.both(self.true(_low(node)), self.true(_high(node)))
            case exp.Boolean():
                return [self.nothing] if node.this else []
            case exp.Null():
                return []
            case exp.Is():
                return self._is(node, True)
            case exp.In() if not node.args.get("query") and not node.args.get("unnest"):
                if len(node.expressions) == 1:
                    return self.true(exp.EQ(this=node.this.copy(), expression=node.expressions[0].copy()))
                return [Way(present=self._nodes(node.this))]
            case exp.NullSafeEQ():
                return [Way(tuple(equal(self._linear(node.left), self._linear(node.right))))]
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NEQ():
                return self._compared(node, type(node), strict=True)
            case exp.ArrayContainsAll():
                return self._in_range(node.this, node.expression)
            case exp.ArrayContainedBy():
                return self._in_range(node.expression, node.this)
        return [self.nothing]

    def false(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is false, and not NULL."""
        match node:
            case exp.Paren():
                return self.false(node.this)
            case exp.And():
                return self.either(self.false(node.left), self.false(node.right))
            case exp.Or():
                return self.both(self.false(node.left), self.false(node.right))
            case exp.Not():
                return self.true(node.this)
            case exp.Between():
                return self.either(self.false(_low(node)), self.false(_high(node)))
            case exp.Boolean():
                return [] if node.this else [self.nothing]
            case exp.Null():
                return []
            case exp.Is():
                return self._is(node, False)
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NEQ():
                return self._compared(node, _NEGATED[type(node)], strict=True)
        return [self.nothing]

    def untrue(self, node: exp.Expr) -> list[Way]:
        """The ways in which a condition is false or NULL."""
        match node:
            case exp.Paren():
                return self.untrue(node.this)
            case exp.And():
                return self.either(self.untrue(node.left), self.untrue(node.right))
            case exp.Or():
                return self.both(self.untrue(node.left), self.untrue(node.right))
            case exp.Between():
                return self.either(self.untrue(_low(node)), self.untrue(_high(node)))
            case exp.Boolean():
                return [] if node.this else [self.nothing]
            case exp.Is():
                return self._is(node, False)
            case exp.Not() if isinstance(node.this.unnest(), exp.Is):
                return self.true(node.this)
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.NEQ():
                return self._compared(node, _NEGATED[type(node)], strict=False)
        return [self.nothing]

    def waits(self, node: exp.Expr) -> Waits:
        """What the truth of a condition waits for."""
        match node:
            case exp.Paren():
                return self.waits(node.this)
            case exp.Or():
                return self._open_end(node) or self.waits(node.left) | self.waits(node.right)
            case exp.And() | exp.Xor():
                return self.waits(node.left) | self.waits(node.right)
            case exp.Not():
                return self.waits(node.this)
            case exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.EQ():
                return self._compared_waits(node)
            case exp.ArrayContainsAll():
                return self._range_waits(node.this, node.expression, node)
            case exp.ArrayContainedBy():
                return self._range_waits(node.expression, node.this, node)
            case exp.NEQ() | exp.NullSafeEQ() | exp.NullSafeNEQ() | exp.Between() | exp.Is():
                parts = [part for part in node.iter_expressions() if not isinstance(part, exp.Identifier)]
                return NO_WAITS.union(*(self.values.value(part).waits for part in parts))
        return self.values.value(node).waits

    def filtered(self, node: exp.Expr) -> Waits:
        """What the rows that pass wait for, for good; but a pick of the newest row holds only until the next."""
        conjuncts = list(_conjuncts(node))
        picks = [part for part in conjuncts if self._is_pick(part)]
        found: set[Wait] = set()
        for part in conjuncts:
            waits = self.waits(part)
            if part in picks:
                others = [other for other in conjuncts if other is not part and self._chooses(other)]
                code = "FC314" if others else ""
                found |= {replace(w, rule=code) if code else replace(w, passing=True) for w in waits}
            elif self._only_grows(part):
                found |= waits
            else:
                found |= {replace(w, lasting=True) for w in waits}
        return frozenset(found)

    def _is_pick(self, node: exp.Expr) -> bool:
        node = node.unnest()
        if isinstance(node, exp.GT | exp.GTE):
            return isinstance(self.values.value(node.right).nature, Pick) and isinstance(
                self.values.value(node.left).constant, Fraction
            )
        if not isinstance(node, exp.EQ | exp.LT | exp.LTE):
            return False
        left, right = self.values.value(node.left), self.values.value(node.right)
        if isinstance(node, exp.EQ) and isinstance(right.nature, Pick):
            left, right = right, left
        if not isinstance(left.nature, Pick) or not isinstance(right.constant, Fraction):
            return False
        return right.constant == 1 or not isinstance(node, exp.EQ)

    def _chooses(self, node: exp.Expr) -> bool:
        """Whether a condition beside a pick may leave out the row that was picked."""
        return not self._is_pick(node) and any(True for _ in node.find_all(exp.Column))

    def _only_grows(self, node: exp.Expr) -> bool:
        node = node.unnest()
        if isinstance(node, exp.Exists):
            return True
        if isinstance(node, exp.GT | exp.GTE):
            return isinstance(self.values.value(node.left).nature, Growing)
        if isinstance(node, exp.LT | exp.LTE):
            return isinstance(self.values.value(node.right).nature, Growing)
        return False

    # Comparisons

    def _compared(self, node: exp.Expr, kind: type[exp.Expr], *, strict: bool) -> list[Way]:
        left, right = self.values.value(node.left), self.values.value(node.right)
        if left.null or right.null:
            return [] if strict else [self.nothing]
        absolute = self._absolute(node, kind)
        if absolute is not None:
            return absolute
        present = (self._nodes(node.left) | self._nodes(node.right)) if strict else frozenset()
        return [Way(tuple(self._edges(left, right, kind)), present)]

    def _edges(self, left: Value, right: Value, kind: type[exp.Expr]) -> list[Edge]:
        a, b = self._pair(left, right)
        if a is None or b is None or a.unit != b.unit:
            return []
        small = -1 if a.unit == 1 else 0
        if kind is exp.LTE:
            return difference(a, b, 0)
        if kind is exp.LT:
            return difference(a, b, small)
        if kind is exp.GTE:
            return difference(b, a, 0)
        if kind is exp.GT:
            return difference(b, a, small)
        if kind is exp.EQ:
            return equal(a, b)
        return []

    def _pair(self, left: Value, right: Value) -> tuple[Linear | None, Linear | None]:
        """Both sides in the same unit; a constant takes that of the other side."""
        return self._side(left, right), self._side(right, left)

    def _side(self, value: Value, other: Value) -> Linear | None:
        if value.linear is not None:
            return value.linear
        if isinstance(value.constant, Fraction) and other.linear is not None:
            # A date less a date is a number of days; a time less a time is compared with an interval.
            unit = DAY if other.linear.minus != ZERO and other.linear.unit == 1 else other.linear.unit
            offset = value.constant * unit
            return Linear(offset=int(offset), unit=other.linear.unit) if offset.denominator == 1 else None
        span = value.constant
        if span is not None and not isinstance(span, Fraction | str):
            return Linear(offset=span.microseconds) if not span.months else None
        return self.values.time_of(value) if other.linear is not None else None

    def _absolute(self, node: exp.Expr, kind: type[exp.Expr]) -> list[Way] | None:
        """``abs(d) < c`` holds where ``d < c`` and ``-d < c``."""
        inner = node.left.unnest()
        if not isinstance(inner, exp.Abs) or kind not in (exp.LT, exp.LTE):
            return None
        value, bound = self.values.value(inner.this), self.values.value(node.right)
        if value.linear is None:
            return None
        minus = replace(
            value, linear=Linear(value.linear.minus, value.linear.plus, -value.linear.offset, value.linear.unit)
        )
        edges = self._edges(value, bound, kind) + self._edges(minus, bound, kind)
        return [Way(tuple(edges), self._nodes(inner.this))]

    def _is(self, node: exp.Is, truth: bool) -> list[Way]:
        subject, what = node.this, node.expression
        negated = isinstance(what, exp.Not)
        what = what.this if negated else what
        if isinstance(what, exp.Null):
            value = self.values.value(subject)
            if truth != negated:
                if value.linear is None:
                    return [self.nothing]
                return [Way(absent=frozenset({value.linear.plus} - {ZERO}))]
            return [] if value.null else [Way(present=self._nodes(subject))]
        if isinstance(what, exp.Boolean):
            wanted = bool(what.this) == (truth != negated)
            if truth != negated:
                return self.true(subject) if what.this else self.false(subject)
            return self.untrue(subject) if wanted or what.this else [self.nothing]
        return [self.nothing]

    def _nodes(self, node: exp.Expr) -> frozenset[Node]:
        """Nodes that are not NULL where an expression is not."""
        found: set[Node] = set()
        value = self.values.value(node)
        if value.linear is not None:
            found |= {value.linear.plus, value.linear.minus}
        inner = node.unnest()
        if isinstance(
            inner,
            exp.Coalesce
            | exp.Case
            | exp.If
            | exp.Greatest
            | exp.Least
            | exp.Query
            | exp.AggFunc
            | exp.Window
            | exp.Connector,
        ):
            return frozenset(found - {ZERO})
        for column in inner.find_all(exp.Column) if _is_strict(inner) else ():
            linear = self.values.value(column).linear
            if linear is not None:
                found.add(linear.plus)
        return frozenset(found - {ZERO})

    def _linear(self, node: exp.Expr) -> Linear | None:
        return self.values.value(node).linear

    # Ends of validity

    def _compared_waits(self, node: exp.Expr) -> Waits:
        left, right = self.values.value(node.left), self.values.value(node.right)
        kind = type(node)
        if isinstance(left.nature, End):
            left, right, kind = right, left, _SWAPPED[kind]
        if isinstance(right.nature, End) and right.nature.coalesced and kind in (exp.LT, exp.LTE):
            return self._until(left, right)
        clock = self._clock_above(left, right, kind)
        return clock if clock is not None else left.waits | right.waits

    def _clock_above(self, left: Value, right: Value, kind: type[exp.Expr]) -> Waits | None:
        """``x <= now()`` leaves out rows of the future only: a warning."""
        if kind in (exp.GT, exp.GTE):
            left, right, kind = right, left, _SWAPPED[kind]
        if kind not in (exp.LT, exp.LTE) or not right.waits:
            return None
        linear = right.linear
        if linear is None or linear.offset < 0 or any(w.rule != "FC304" for w in right.waits):
            return None
        return left.waits | {replace(w, mild=True) for w in right.waits}

    def _until(self, time: Value, end: Value) -> Waits:
        """A match up to an end that counts as open while it is not known is settled from the time itself on."""
        linear = self.values.time_of(time)
        if linear is None:
            return time.waits | end.waits
        node = self.values.instant(linear)
        return time.waits | {replace(w, node=node) for w in end.waits}

    def _open_end(self, node: exp.Or) -> Waits | None:
        """``valid_to IS NULL OR t < valid_to``, in a disjunction of any length."""
        parts = [part.unnest() for part in _disjuncts(node)]
        for index, part in enumerate(parts):
            if not isinstance(part, exp.Is) or not isinstance(part.expression, exp.Null):
                continue
            end = self.values.value(part.this)
            if not isinstance(end.nature, End):
                continue
            for other_index, other in enumerate(parts):
                time = self._before_end(other, part.this)
                if time is not None:
                    rest = [p for i, p in enumerate(parts) if i not in (index, other_index)]
                    return self._until(time, end).union(*(self.waits(p) for p in rest))
        return None

    def _before_end(self, node: exp.Expr, end: exp.Expr) -> Value | None:
        """The value t of ``t < end``."""
        if isinstance(node, exp.LT | exp.LTE) and node.right.unnest() == end.unnest():
            return self.values.value(node.left)
        if isinstance(node, exp.GT | exp.GTE) and node.left.unnest() == end.unnest():
            return self.values.value(node.right)
        return None

    def _range(self, node: exp.Expr) -> tuple[exp.Expr, exp.Expr] | None:
        node = node.unnest()
        if isinstance(node, exp.Anonymous) and node.name.lower() in _RANGES and len(node.expressions) >= 2:
            return node.expressions[0], node.expressions[1]
        return None

    def _in_range(self, ranged: exp.Expr, inner: exp.Expr) -> list[Way]:
        bounds = self._range(ranged)
        if bounds is None:
            return [self.nothing]
        left, right = self.values.value(bounds[0]), self.values.value(inner)
        return [Way(tuple(self._edges(left, right, exp.LTE)), self._nodes(inner))]

    def _range_waits(self, ranged: exp.Expr, inner: exp.Expr, node: exp.Expr) -> Waits:
        bounds = self._range(ranged)
        if bounds is None:
            return self.values.opaque(node).waits
        start, end, time = (self.values.value(part) for part in (*bounds, inner))
        if not isinstance(end.nature, End):
            return start.waits | end.waits | time.waits
        return start.waits | self._until(time, end)


def _is_strict(node: exp.Expr) -> bool:
    """Whether a NULL in any column makes the whole NULL."""
    strict = (
        exp.Column, exp.Identifier, exp.Literal, exp.Cast, exp.Paren, exp.Binary, exp.Unary, exp.Interval, exp.Var, exp.DataType,
        exp.TimestampTrunc, exp.DateTrunc, exp.TimeToUnix, exp.Extract, exp.DateDiff, exp.TimestampDiff, exp.Abs,
    )  # fmt: skip
    return all(
        isinstance(part, strict) and not isinstance(part, exp.Connector | exp.Is | exp.TryCast) for part in node.walk()
    )


def _conjuncts(node: exp.Expr) -> Iterable[exp.Expr]:
    node = node.unnest()
    if isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _disjuncts(node: exp.Expr) -> Iterable[exp.Expr]:
    node = node.unnest()
    if isinstance(node, exp.Or):
        yield from _disjuncts(node.left)
        yield from _disjuncts(node.right)
    else:
        yield node


def _low(node: exp.Between) -> exp.Expr:
    return exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())


def _high(node: exp.Between) -> exp.Expr:
    return exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())
