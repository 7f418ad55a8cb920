"""Values of expressions: what they wait for, and what they are in terms of times."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlglot import exp

from featurec.analysis.time import casts, choices, columns, functions, sums, table_functions
from featurec.analysis.time.bounds import gathered
from featurec.analysis.time.calls.table import called
from featurec.analysis.time.conditions import Conditions
from featurec.analysis.time.constants import parsed_time, span_of_amount
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.nodes import ZERO, Linear, Node
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import (
    NO_WAITS,
    Growing,
    Row,
    Value,
    Waits,
    difference,
    later,
)

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
        node = self.terms.var("a time", kind=self.terms.kind(time.plus))
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
        if isinstance(node, functions.CLOCK_NODES) or name in functions.CLOCK_NAMES or _reads_clock(node, name):
            return self._clock(node, name)
        if isinstance(node, functions.SEQUENCES) and table_functions.numbers_rows(node):
            return Value()
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
        return self.terms.var("now", total=True, kind="time")

    # Columns and constants

    def column(self, node: exp.Column) -> Value:
        found = columns.column(self, node)
        return self._function_like(node) if found is None else found

    def star(self) -> Value:
        """All columns of all tables, where they could not be told apart."""
        found = NO_WAITS.union(*(v.waits for values in self.row.tables.values() for v in values.values()))
        return Value(found)

    def _function_like(self, node: exp.Column) -> Value:
        """A name without parentheses that is no column: a keyword of the dialect, or one that is not known."""
        name = node.name.lower()
        if name in functions.CLOCK_NAMES:
            return self._clock(node, name)
        what = f"`{node.name}` is not known"
        return Value(frozenset({later("FC399", self.around.number(node), what, doubt=what)}))

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

    def interval(self, node: exp.Interval) -> Value:
        amount = self.value(node.this) if node.this is not None else Value(constant=Fraction(1))
        unit = node.args.get("unit")
        span = span_of_amount(amount.constant, unit.name if unit is not None else "")
        return Value(amount.waits, constant=span)

    # Queries and conditions in value position

    def scalar(self, node: exp.Expr) -> Value:
        table = self.around.subquery(node, self.row)
        return gathered(self, table, node, range(max(1, len(table.keys))))

    def exists(self, node: exp.Exists) -> Value:
        if not isinstance(node.this.unnest(), exp.Query):
            # Spark's `exists(array, x -> …)`.
            return self.opaque(node)
        table = self.around.subquery(node.this, self.row)
        return replace(gathered(self, table, node, []), linear=None, nature=Growing())

    def membership(self, node: exp.In) -> Value | None:
        query = node.args.get("query")
        if query is None:
            return None
        subject = node.this.unnest()
        parts = list(subject.expressions) if isinstance(subject, exp.Tuple) else [subject]
        table = self.around.subquery(query, self.row)
        columns = range(max(len(parts), len(table.keys)))
        found = gathered(self, table, node, columns, [self.value(part).linear for part in parts])
        return Value(self.waits(parts) | found.waits, nature=found.nature)

    def condition(self, node: exp.Expr) -> Value:
        return Value(self.conditions.waits(node))


def _reads_clock(node: exp.Func, name: str) -> bool:
    if isinstance(node, exp.StrToUnix):
        return node.this is None
    return isinstance(node, exp.Anonymous) and functions.CLOCKS_BY_COUNT.get(name) == len(node.expressions)


_CONDITIONS = (
    exp.And, exp.Or, exp.Xor, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.Is, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.ArrayContainsAll, exp.ArrayContainedBy,
)  # fmt: skip

_RULES: Mapping[type[exp.Expr], Callable[[Evaluator, Any], Value | None]] = {
    exp.Column: Evaluator.column,
    exp.TableColumn: columns.whole_row,
    exp.Star: columns.all_columns,
    exp.Columns: columns.all_columns,
    exp.Dot: columns.dotted,
    exp.Struct: columns.structured,
    exp.Tuple: columns.structured,
    exp.StructExtract: columns.extracted,
    exp.Bracket: columns.subscripted,
    exp.Literal: Evaluator.literal,
    exp.Null: lambda _, __: Value(null=True),
    exp.Paren: lambda self, node: self.value(node.this),
    exp.Alias: lambda self, node: self.value(node.this),
    exp.Cast: casts.cast,
    exp.TryCast: casts.cast,
    exp.Interval: Evaluator.interval,
    exp.Add: sums.added,
    exp.Sub: sums.subtracted,
    exp.Mul: sums.multiplied,
    exp.Div: sums.divided,
    exp.IntDiv: sums.divided_whole,
    exp.Floor: sums.floored,
    exp.Neg: sums.negated,
    exp.Greatest: choices.extreme,
    exp.Least: choices.extreme,
    exp.Coalesce: choices.coalesced,
    exp.Case: choices.cased,
    exp.If: choices.either,
    exp.Subquery: Evaluator.scalar,
    exp.Select: Evaluator.scalar,
    exp.Exists: Evaluator.exists,
    exp.In: Evaluator.membership,
    **dict.fromkeys(_CONDITIONS, Evaluator.condition),
    **dict.fromkeys(table_functions.EXPLODING, table_functions.exploded),
}
