"""Values of expressions: what they wait for, and what they are in terms of times."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlglot import exp

from featurec.analysis.time import functions
from featurec.analysis.time.bounds import gathered
from featurec.analysis.time.calls.table import called
from featurec.analysis.time.conditions import Conditions
from featurec.analysis.time.constants import parsed_span, parsed_time, span_of_amount
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import (
    HERE,
    NO_WAITS,
    End,
    Growing,
    Nature,
    Row,
    Span,
    Value,
    Waits,
    difference,
    later,
)
from featurec.analysis.time.terms import DAY, SECOND, ZERO, Arm, Choice, Greatest, Least, Linear, Node

SKIPS_NULL = frozenset({"duckdb", "postgres", "redshift", "spark", "databricks", "clickhouse"})
"""Dialects in which GREATEST and LEAST skip NULLs."""

_TIMES = (
    exp.DType.DATE, exp.DType.DATE32, exp.DType.DATETIME, exp.DType.DATETIME2, exp.DType.DATETIME64, exp.DType.TIMESTAMP,
    exp.DType.TIMESTAMPLTZ, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMP_MS, exp.DType.TIMESTAMP_NS,
    exp.DType.TIMESTAMP_S, exp.DType.SMALLDATETIME,
)  # fmt: skip
_DATES = (exp.DType.DATE, exp.DType.DATE32)
_NUMBERS = (
    exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.INT128, exp.DType.FLOAT,
    exp.DType.DOUBLE, exp.DType.DECIMAL, exp.DType.UBIGINT, exp.DType.UINT, exp.DType.BIGDECIMAL,
)  # fmt: skip
_PLAIN = (exp.Identifier, exp.DataType, exp.Var, exp.Literal, exp.Boolean, exp.TableAlias)


Special = Callable[[exp.Expr, "Evaluator"], Value | None]
"""Values of aggregates and windows, which depend on other rows too; None for any other node."""


class Evaluator:
    """Expressions over one row.

    Attributes:
        edges, present: what was found out about the nodes made on the way; facts of the row's case.
    """

    def __init__(self, around: Surroundings, row: Row, special: Special | None = None) -> None:
        self.around = around
        self.terms = around.terms
        self.row = row
        self.special = special
        self.edges: list[Edge] = []
        self.present: list[Node] = []
        self.conditions = Conditions(self)
        self._values: dict[int, tuple[exp.Expr, Value]] = {}

    def value(self, node: exp.Expr) -> Value:
        """The value of an expression."""
        known = self._values.get(id(node))
        if known is None:
            known = (node, self._value(node))
            self._values[id(node)] = known
        return known[1]

    def waits(self, nodes: Iterable[exp.Expr]) -> Waits:
        """What several expressions wait for together."""
        return NO_WAITS.union(*(self.value(node).waits for node in nodes))

    def instant(self, time: Linear) -> Node:
        """A node that is exactly this time."""
        if not time.offset and time.minus == ZERO:
            return time.plus
        node = self.terms.var("a time")
        own = Linear(node)
        self.edges += difference(own, time, 0) + difference(time, own, 0)
        if time.minus == ZERO:
            self.terms.users.setdefault(time.plus, [])
        self.present.append(node)
        return node

    def _value(self, node: exp.Expr) -> Value:
        if self.special is not None:
            found = self.special(node, self)
            if found is not None:
                return found
        rule = _RULES.get(type(node))
        if rule is not None:
            found = rule(self, node)
            if found is not None:
                return found
        if isinstance(node, exp.Func):
            found = self._function(node)
        else:
            call = called(node, "")
            found = call(self, node) if call is not None else None
        return self.opaque(node) if found is None else found

    def opaque(self, node: exp.Expr) -> Value:
        """A value of which only the waits are known: those of all parts."""
        parts = [child for child in node.iter_expressions() if not isinstance(child, _PLAIN)]
        if len(parts) == 1 and isinstance(node, exp.Ordered):
            return self.value(parts[0])
        waits = self.waits(parts)
        if (
            any(self.value(part).null for part in parts)
            and isinstance(node, exp.Binary)
            and not isinstance(node, exp.Connector | exp.NullSafeEQ | exp.NullSafeNEQ)
        ):
            return Value(waits, null=True)
        return Value(waits)

    def _function(self, node: exp.Func) -> Value | None:
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if isinstance(node, functions.CLOCK_NODES) or name in functions.CLOCK_NAMES:
            return self._clock(node, name)
        if isinstance(node, functions.CHANCE_NODES) or name in functions.CHANCE_NAMES:
            what = f"`{name}` gives another value at every run"
            return Value(frozenset({later("FC312", self.around.number(node), what)}))
        call = called(node, name)
        if call is not None:
            found = call(self, node)
            if found is not None:
                return found
        if isinstance(
            node, exp.Anonymous | exp.AnonymousAggFunc | exp.ParameterizedAgg | exp.CombinedAggFunc
        ) and not functions.is_pure(name):
            what = f"what `{name}` reads beside its arguments is not known"
            doubt = later("FC399", self.around.number(node), what, doubt=what)
            return replace(self.opaque(node), waits=self.opaque(node).waits | {doubt})
        return None

    def _clock(self, node: exp.Expr, name: str) -> Value:
        what = f"`{name}` is the time of the run"
        return Value(frozenset({later("FC304", self.around.number(node), what)}), Linear(self._present_moment()))

    def _present_moment(self) -> Node:
        return self.terms.var("now", total=True)

    # Columns and constants

    def column(self, node: exp.Column) -> Value:
        key, alias = node.name, node.table
        row: Row | None = self.row
        while row is not None:
            if alias:
                values = row.tables.get(alias)
                if values is not None and key in values:
                    return self._placed(values[key], node)
                if values is not None and isinstance(node.this, exp.Star):
                    return Value(NO_WAITS.union(*(v.waits for v in values.values())))
            else:
                found = [values[key] for values in row.tables.values() if key in values]
                if found:
                    return self._placed(found[0], node)
                if key in row.aliases:
                    return row.aliases[key]
            row = row.outer
        if alias:
            return self._field(node)
        return self._function_like(node)

    def star(self) -> Value:
        """All columns of all tables, where they could not be told apart."""
        found = NO_WAITS.union(*(v.waits for values in self.row.tables.values() for v in values.values()))
        return Value(found)

    def _placed(self, value: Value, node: exp.Column) -> Value:
        """The column's value; what it waits for itself is blamed on the place that first names it."""
        if not any(wait.at == HERE for wait in value.waits):
            return value
        at = self.around.number(node)
        return replace(value, waits=frozenset(replace(w, at=at) if w.at == HERE else w for w in value.waits))

    def _field(self, node: exp.Column) -> Value:
        """``w.end`` where ``w`` is a struct, not a table."""
        parts = node.parts
        struct = self.column(exp.column(parts[0].copy()))
        found = struct.fields.get(node.name.lower())
        return found if found is not None else Value(struct.waits)

    def _function_like(self, node: exp.Column) -> Value:
        """A name without parentheses that is no column: a keyword of the dialect, or one that is not known."""
        name = node.name.lower()
        if name in functions.CLOCK_NAMES:
            return self._clock(node, name)
        what = f"`{node.name}` is not known"
        return Value(frozenset({later("FC399", self.around.number(node), what, doubt=what)}))

    def dot(self, node: exp.Dot) -> Value | None:
        struct = self.value(node.this)
        return struct.fields.get(node.expression.name.lower(), Value(struct.waits))

    def literal(self, node: exp.Literal) -> Value:
        if node.is_string:
            return Value(constant=str(node.this))
        try:
            return Value(constant=Fraction(str(node.this)))
        except ValueError:
            return Value()

    def time_of(self, value: Value) -> Linear | None:
        """The value as a time; a text that reads as one is."""
        if value.linear is not None and value.linear.is_time:
            return value.linear
        if isinstance(value.constant, str):
            return parsed_time(value.constant)
        return None

    def cast(self, node: exp.Cast) -> Value | None:
        inner = self.value(node.this)
        kind = node.to.this
        if kind == exp.DType.INTERVAL or isinstance(node.to, exp.Interval) or isinstance(kind, exp.Interval):
            span = parsed_span(inner.constant) if isinstance(inner.constant, str) else inner.constant
            return replace(inner, constant=span if isinstance(span, Span) else None, linear=None)
        if kind in _TIMES:
            if isinstance(inner.constant, str) and inner.constant.strip().lower() in functions.CLOCK_TEXTS:
                return self._clock(node, inner.constant.strip().lower())
            time = self.time_of(inner)
            if time is None:
                return Value(inner.waits, null=inner.null)
            return Value(
                inner.waits,
                self.terms.floor(time, DAY) if kind in _DATES else time,
                inner.null,
                nature=_kept(inner.nature),
            )
        if kind in _NUMBERS and inner.linear is not None:
            return inner
        return Value(
            inner.waits,
            inner.linear if kind not in (*_NUMBERS,) and inner.linear and not inner.linear.is_time else None,
            inner.null,
            constant=inner.constant,
        )

    def interval(self, node: exp.Interval) -> Value:
        amount = self.value(node.this) if node.this is not None else Value(constant=Fraction(1))
        unit = node.args.get("unit")
        span = span_of_amount(amount.constant, unit.name if unit is not None else "")
        return Value(amount.waits, constant=span)

    # Arithmetic

    def add(self, node: exp.Binary) -> Value | None:
        return self._sum(node, 1)

    def subtract(self, node: exp.Binary) -> Value | None:
        return self._sum(node, -1)

    def _sum(self, node: exp.Binary, sign: int) -> Value | None:
        left, right = self.value(node.left), self.value(node.right)
        waits = left.waits | right.waits
        if left.null or right.null:
            return Value(waits, null=True)
        if sign > 0 and left.linear is None and right.linear is not None:
            left, right = right, left
        return Value(waits, self.moved(left, right, sign), constant=_constant_sum(left.constant, right.constant, sign))

    def moved(self, left: Value, right: Value, sign: int) -> Linear | None:
        """``left + right`` or ``left - right``."""
        base = (
            left.linear
            if left.linear is not None
            else self.time_of(left)
            if isinstance(left.constant, str) and (right.linear or isinstance(right.constant, Span))
            else None
        )
        if base is None:
            return None
        if isinstance(right.constant, Span):
            return self.shifted(base, right.constant.times(sign))
        if isinstance(right.constant, Fraction):
            return self._by_number(base, right.constant * sign)
        other = right.linear if right.linear is not None else self.time_of(right)
        if other is None or sign > 0 or base.unit != other.unit:
            return None
        if base.minus == ZERO and other.minus == ZERO:
            return Linear(base.plus, other.plus, base.offset - other.offset, base.unit)
        return None

    def _by_number(self, base: Linear, number: Fraction) -> Linear | None:
        """Dates move by days, ClickHouse's times by seconds, numbers made of times by their unit."""
        if not base.is_time:
            step: Fraction | int = number * base.unit
        elif self.terms.residue(base.plus, DAY) is not None:
            step = number * DAY
        elif self.around.dialect == "clickhouse":
            step = number * SECOND
        else:
            return None
        return base.shifted(int(step)) if step == int(step) else None

    def shifted(self, time: Linear, span: Span) -> Linear | None:
        """A time and an interval."""
        if span.months:
            if not time.is_time:
                return None
            time = self.terms.shift(time, span.months)
        return time.shifted(span.microseconds)

    def multiply(self, node: exp.Binary) -> Value | None:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left.constant, Fraction):
            left, right = right, left
        if not isinstance(right.constant, Fraction):
            return None
        return replace(self._scaled(left, right.constant), waits=left.waits | right.waits)

    def divide(self, node: exp.Binary) -> Value | None:
        left, right = self.value(node.left), self.value(node.right)
        if not isinstance(right.constant, Fraction) or not right.constant:
            return None
        return replace(self._scaled(left, 1 / right.constant), waits=left.waits | right.waits)

    def _scaled(self, value: Value, factor: Fraction) -> Value:
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
        if factor < 0:
            linear = Linear(linear.minus, linear.plus, -linear.offset, linear.unit)
        return Value(value.waits, replace(linear, unit=int(unit)))

    def negate(self, node: exp.Neg) -> Value:
        return self._scaled(self.value(node.this), Fraction(-1))

    # Choices

    def extreme(self, node: exp.Greatest | exp.Least) -> Value | None:
        parts = [node.this, *node.expressions]
        values = [self.value(part) for part in parts if part is not None]
        strict = self.around.dialect not in SKIPS_NULL
        waits = NO_WAITS.union(*(v.waits for v in values))
        if any(v.null for v in values):
            if strict:
                return Value(waits, null=True)
            values = [v for v in values if not v.null]
        times = [self.time_of(v) or v.linear for v in values]
        if not times or any(t is None or not t.is_time for t in times):
            return Value(waits)
        arms = tuple((t.plus, t.offset) for t in times if t is not None)
        if len(arms) == 1:
            return Value(waits, times[0])
        kind = Greatest if isinstance(node, exp.Greatest) else Least
        return Value(waits, Linear(self.terms.term(kind(arms, strict))))

    def coalesce(self, node: exp.Coalesce) -> Value | None:
        values = [self.value(part) for part in (node.this, *node.expressions)]
        waits = NO_WAITS.union(*(v.waits for v in values))
        values = [v for v in values if not v.null]
        if not values:
            return Value(waits, null=True)
        if len(values) == 1:
            return replace(values[0], waits=waits)
        if isinstance(values[0].nature, End) and len(values) == 2 and _is_far(self.time_of(values[1])):
            return Value(waits, values[0].linear, nature=End(coalesced=True))
        arms: list[Arm] = []
        before: frozenset[Node] = frozenset()
        for value in values:
            time = self.time_of(value) or value.linear
            if time is None or not time.is_time:
                return Value(waits)
            arms.append(Arm(time.plus, time.offset, present=frozenset({time.plus}) - {ZERO}, absent=before))
            before |= {time.plus}
        if len({(arm.node, arm.offset) for arm in arms}) == 1:
            return Value(waits, Linear(arms[0].node or ZERO, offset=arms[0].offset))
        return Value(waits, Linear(self.terms.term(Choice(tuple(arms)))))

    def case(self, node: exp.Case) -> Value | None:
        branches: list[tuple[exp.Expr, exp.Expr]] = []
        for branch in node.args.get("ifs") or ():
            condition = (
                branch.this if node.this is None else exp.EQ(this=node.this.copy(), expression=branch.this.copy())
            )
            branches.append((condition, branch.args["true"]))
        return self.branches(branches, node.args.get("default"), [node.this] if node.this is not None else [])

    def if_(self, node: exp.If) -> Value | None:
        return self.branches([(node.this, node.args["true"])], node.args.get("false"), [])

    def branches(
        self, branches: list[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr | None, also: list[exp.Expr]
    ) -> Value:
        """CASE: one arm for each way in which a branch may be chosen."""
        conditions = self.conditions
        waits = self.waits([*also, *(value for _, value in branches)])
        waits = waits.union(*(conditions.waits(condition) for condition, _ in branches))
        if otherwise is not None:
            waits |= self.value(otherwise).waits
        ways = [conditions.nothing]
        arms: list[Arm] | None = []
        outcomes = [*branches, (None, otherwise)]
        for condition, outcome in outcomes:
            chosen = ways if condition is None else conditions.both(ways, conditions.true(condition))
            value = Value(null=True) if outcome is None else self.value(outcome)
            time = self.time_of(value) or value.linear
            if value.null:
                time = None
            elif time is None or not time.is_time:
                return Value(waits)
            for way in chosen:
                arms.append(
                    Arm(
                        None if time is None else time.plus,
                        0 if time is None else time.offset,
                        tuple((e.low, e.high, e.by) for e in way.edges),
                        way.present,
                        way.absent,
                    )
                )
            if condition is not None:
                ways = conditions.both(ways, conditions.untrue(condition))
        if not any(arm.node is not None for arm in arms):
            return Value(waits, null=all(arm.node is None for arm in arms))
        return Value(waits, Linear(self.terms.term(Choice(tuple(arms)))))

    # Queries and conditions in value position

    def scalar(self, node: exp.Expr) -> Value:
        table = self.around.subquery(node, self.row)
        return gathered(self, table, node, [0])

    def exists(self, node: exp.Exists) -> Value:
        table = self.around.subquery(node.this, self.row)
        return replace(gathered(self, table, node, []), linear=None, nature=Growing())

    def membership(self, node: exp.In) -> Value | None:
        query = node.args.get("query")
        if query is None:
            return None
        subject = self.value(node.this)
        table = self.around.subquery(query, self.row)
        found = gathered(self, table, node, [0], subject.linear)
        return Value(subject.waits | found.waits)

    def condition(self, node: exp.Expr) -> Value:
        return Value(self.conditions.waits(node))


def _kept(nature: Nature) -> Nature:
    return nature if isinstance(nature, End) else None


def _is_far(time: Linear | None) -> bool:
    """A constant from the year 2100 on, which stands for an open end."""
    return time is not None and time.is_constant and time.offset >= 4_102_444_800 * SECOND


def _constant_sum(left: object, right: object, sign: int) -> Fraction | Span | None:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + sign * right
    if isinstance(left, Span) and isinstance(right, Span):
        return Span(left.months + sign * right.months, left.microseconds + sign * right.microseconds)
    return None


_CONDITIONS = (
    exp.And, exp.Or, exp.Xor, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.Is, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.ArrayContainsAll, exp.ArrayContainedBy,
)  # fmt: skip

_RULES: Mapping[type[exp.Expr], Callable[[Evaluator, Any], Value | None]] = {
    exp.Column: Evaluator.column,
    exp.Dot: Evaluator.dot,
    exp.Literal: Evaluator.literal,
    exp.Null: lambda _, __: Value(null=True),
    exp.Paren: lambda self, node: self.value(node.this),
    exp.Alias: lambda self, node: self.value(node.this),
    exp.Cast: Evaluator.cast,
    exp.TryCast: Evaluator.cast,
    exp.Interval: Evaluator.interval,
    exp.Add: Evaluator.add,
    exp.Sub: Evaluator.subtract,
    exp.Mul: Evaluator.multiply,
    exp.Div: Evaluator.divide,
    exp.Neg: Evaluator.negate,
    exp.Greatest: Evaluator.extreme,
    exp.Least: Evaluator.extreme,
    exp.Coalesce: Evaluator.coalesce,
    exp.Case: Evaluator.case,
    exp.If: Evaluator.if_,
    exp.Subquery: Evaluator.scalar,
    exp.Select: Evaluator.scalar,
    exp.Exists: Evaluator.exists,
    exp.In: Evaluator.membership,
    **dict.fromkeys(_CONDITIONS, Evaluator.condition),
}
