"""Window functions: a row together with the rows of its partition that its frame may hold.

A window is a self-join: candidates with equal partition keys and, as far as the frame's ends say so, an order key that is
not later than the row's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from sqlglot import exp

from featurec.analysis.time.candidates import Argument, Candidates, Relating, result_time, same_keys
from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.groups import taken, unordered
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import End, Growing, Nature, Pick, Row, Span, Value, Wait, Waits, difference, later
from featurec.analysis.time.terms import Linear, Node

_STRICTLY_BEFORE = (exp.Rank, exp.DenseRank)
_WHOLE = (exp.PercentRank, exp.CumeDist, exp.Ntile)
_RANKS = (exp.RowNumber, *_STRICTLY_BEFORE)
_WHOLE_FRAME_BY_DEFAULT = frozenset({"snowflake"})
_NULL_TREATMENT = (exp.IgnoreNulls, exp.RespectNulls)


@dataclass(frozen=True)
class Reach:
    """How far from the row's own order key candidates may lie, in the direction of the order; None: any distance.

    Attributes:
        after: greatest distance behind the row, negative where all candidates are before it.
        before: greatest distance ahead of it.
    """

    after: Span | None = Span()
    before: Span | None = None


@dataclass(frozen=True)
class Definition:
    """A window with its names resolved."""

    partition: tuple[exp.Expr, ...]
    order: tuple[exp.Expr, ...]
    spec: exp.Expr | None


@dataclass
class Windows:
    """The windows of one SELECT, over the rows that its WHERE and GROUP BY leave."""

    around: Surroundings
    rows: Sequence[Row]
    own: frozenset[Node]
    named: dict[str, exp.Expr] = field(default_factory=dict)
    special: Callable[[exp.Expr, Evaluator], Value | None] | None = None
    _candidates: Candidates | None = None

    def value(self, node: exp.Window, row: Evaluator) -> Value:
        """The value of a window function in a row."""
        window = self._definition(node)
        call = node.this
        while isinstance(call, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
            call = call.this
        name = call.name.lower() if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc) else call.sql_name().lower()
        if isinstance(call, _WHOLE):
            return Value(self._waits(row, Argument(self._keys(window)), window, None, "FC310", node)[0])
        if isinstance(call, _RANKS) or name in ("row_number", "rownumber"):
            return self._rank(node, call, window, row)
        if name in ("lag", "lead"):
            return self._neighbour(node, call, name, window, row)
        if name in ("laginframe", "leadinframe", "lagginframe"):
            return self._neighbour_in_frame(node, call, name, window, row)
        return self._aggregate(node, call, name, window, row)

    def pick(self, partition: Sequence[exp.Expr], order: Sequence[exp.Expr], row: Evaluator, node: exp.Expr) -> Waits:
        """What it waits for to be among the first of a partition: DISTINCT ON, LIMIT."""
        window = Definition(tuple(partition), tuple(order), None)
        if not order:
            what = "which rows are kept follows the order in which they happen to be stored"
            return frozenset({later("FC312", self.around.number(node), what)})
        waits, _ = self._waits(row, Argument(self._keys(window)), window, Reach(), "FC301", node)
        return frozenset(replace(wait, passing=True) for wait in waits)

    # Functions

    def _rank(self, node: exp.Expr, call: exp.Expr, window: Definition, row: Evaluator) -> Value:
        if not window.order:
            what = "rows without an order are numbered as they happen to be stored"
            return Value(frozenset({later("FC302", self.around.number(node), what)}))
        reach = Reach(Span(microseconds=-1)) if isinstance(call, _STRICTLY_BEFORE) else Reach()
        waits, _ = self._waits(row, Argument(self._keys(window)), window, reach, "FC301", node)
        return Value(waits, nature=Pick())

    def _neighbour(self, node: exp.Expr, call: exp.Expr, name: str, window: Definition, row: Evaluator) -> Value:
        """LAG reads rows up to its own, LEAD from its own on; a negative offset turns it round."""
        if not window.order:
            what = f"`{name}` without an order reads rows as they happen to be stored"
            return Value(frozenset({later("FC302", self.around.number(node), what)}))
        parts = _arguments(call)
        offset = row.value(parts[1]).constant if len(parts) > 1 else Fraction(1)
        ahead = name == "lead"
        if isinstance(offset, Fraction):
            ahead = ahead != (offset < 0) and offset != 0
            reach = Reach(None, Span()) if ahead else Reach()
        else:
            reach = Reach(None, None)
        argument = Argument([*parts[:1], *self._keys(window)], None, parts[0] if parts else None)
        waits, tops = self._waits(row, argument, window, reach, "FC303", node)
        waits |= row.waits(parts[1:])
        linear = (
            result_time(row, name, tops)
            if argument.time is not None and row.value(parts[0]).linear is not None
            else None
        )
        return Value(waits, linear, nature=self._end(ahead, parts, window, row))

    def _end(self, ahead: bool, parts: Sequence[exp.Expr], window: Definition, row: Evaluator) -> Nature:
        """LEAD of the order key itself is the end of a version's validity, open while there is no next one."""
        first = window.order[0]
        key = first.this if isinstance(first, exp.Ordered) else first
        if (
            not ahead
            or len(parts) > 2
            or not parts
            or parts[0].unnest() != key.unnest()
            or self._descending(row, first)
        ):
            return None
        lag = self._rows().lag(key)
        return End() if lag is not None and lag <= 0 else None

    def _neighbour_in_frame(
        self, node: exp.Expr, call: exp.Expr, name: str, window: Definition, row: Evaluator
    ) -> Value:
        """ClickHouse: a neighbour, but only within the frame."""
        if not window.order:
            return self._neighbour(node, call, name, window, row)
        parts = _arguments(call)
        reach = self._reach(window, row, name)
        offset = row.value(parts[1]).constant if len(parts) > 1 else Fraction(1)
        if name != "leadinframe" and isinstance(offset, Fraction) and offset >= 0:
            reach = Reach(_least(reach.after, Span()), reach.before)
        argument = Argument([*parts[:1], *self._keys(window)], None, parts[0] if parts else None)
        waits, tops = self._waits(row, argument, window, reach, "FC303", node)
        linear = result_time(row, name, tops) if row.value(parts[0]).linear is not None else None
        return Value(waits, linear)

    def _aggregate(self, node: exp.Window, call: exp.Expr, name: str, window: Definition, row: Evaluator) -> Value:
        argument, _ = taken(node.this)
        reach = self._reach(window, row, name)
        rule = "FC301" if window.order else "FC302" if window.partition else "FC310"
        ordered = [key for key in self._keys(window)] if window.order else []
        waits, tops = self._waits(
            row, replace(argument, values=[*argument.values, *ordered]), window, reach, rule, node
        )
        if isinstance(call, exp.Min) and argument.condition is None and not ordered:
            lag = self._rows().lag(call.this)
            linear = result_time(row, name, tops)
            own = row.value(call.this).linear
            if lag is not None and own is not None and own.is_time:
                row.edges.append(Edge(linear.plus, own.plus, own.offset))
                at = row.instant(linear.shifted(lag)) if lag else linear.plus
                return Value(frozenset({Wait(at, rule, self.around.number(node), name)}), linear)
            return Value(waits, linear)
        if not window.order:
            waits |= unordered(call, name, self.around, node)
        time = argument.time is not None and row.value(argument.time).linear is not None
        linear = result_time(row, name, tops) if time else None
        return Value(waits, linear, nature=Growing() if isinstance(call, exp.Count) else None)

    # Candidates

    def _rows(self) -> Candidates:
        if self._candidates is None:
            self._candidates = Candidates.of(self.around, self.rows, self.own, self.special)
        return self._candidates

    def _waits(
        self, row: Evaluator, argument: Argument, window: Definition, reach: Reach | None, rule: str, node: exp.Expr
    ) -> tuple[Waits, list[Edge]]:
        keys = same_keys(window.partition)
        near = self._near(window, reach)

        def relating(a: Evaluator, b: Evaluator) -> tuple[list[Edge], list[Node]]:
            edges, present = keys(a, b)
            more, also = near(a, b)
            return edges + more, present + also

        return self._rows().waits(row, argument, relating, rule, node)

    def _near(self, window: Definition, reach: Reach | None) -> Relating:
        """What the frame says of a candidate's first order key."""

        def relating(row: Evaluator, candidate: Evaluator) -> tuple[list[Edge], list[Node]]:
            if reach is None or not window.order:
                return [], []
            first = window.order[0]
            key = first.this if isinstance(first, exp.Ordered) else first
            here, there = row.value(key).linear, candidate.value(key).linear
            if here is None or there is None:
                return [], []
            if self._descending(row, first):
                here, there = _turned(here), _turned(there)
            edges: list[Edge] = []
            if reach.after is not None and not reach.after.months:
                edges += difference(there, here, reach.after.microseconds)
            if reach.before is not None and not reach.before.months:
                edges += difference(here, there, reach.before.microseconds)
            return edges, []

        return relating

    def _descending(self, row: Evaluator, ordered: exp.Expr) -> bool:
        return bool(isinstance(ordered, exp.Ordered) and ordered.args.get("desc"))

    def _keys(self, window: Definition) -> list[exp.Expr]:
        order = [o.this if isinstance(o, exp.Ordered) else o for o in window.order]
        return [*window.partition, *order]

    def _definition(self, node: exp.Expr) -> Definition:
        partition = tuple(node.args.get("partition_by") or ())
        order = node.args.get("order")
        keys = tuple(order.expressions) if order is not None else ()
        spec = node.args.get("spec")
        base = node.args.get("alias")
        name = base.name if isinstance(base, exp.Expr) else base
        if name and name in self.named and self.named[name] is not node:
            under = self._definition(self.named[name])
            return Definition(partition or under.partition, keys or under.order, spec or under.spec)
        inner = node.args.get("this")
        if isinstance(inner, exp.Identifier) and inner.name in self.named and self.named[inner.name] is not node:
            under = self._definition(self.named[inner.name])
            return Definition(partition or under.partition, keys or under.order, spec or under.spec)
        return Definition(partition, keys, spec)

    def _reach(self, window: Definition, row: Evaluator, name: str) -> Reach | None:
        """How far the frame reaches; None for the whole partition."""
        if not window.order:
            return None
        spec = window.spec
        if spec is None:
            if name in ("first_value", "last_value", "nth_value", "firstvalue", "lastvalue", "nthvalue") and (
                self.around.dialect in _WHOLE_FRAME_BY_DEFAULT
            ):
                return Reach() if name in ("first_value", "firstvalue") else Reach(None, None)
            return Reach()
        kind = str(spec.args.get("kind") or "RANGE").upper()
        start = self._edge(spec.args.get("start"), spec.args.get("start_side"), kind, row, start=True)
        end = self._edge(spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"), kind, row, start=False)
        before = None if start is None else start.times(-1)
        if (
            name in ("first_value", "firstvalue")
            and (start is None or start.microseconds <= 0 or kind != "RANGE")
            and not _following(spec, "start")
        ):
            return Reach(_least(end, Span()), before)
        if name in ("last_value", "lastvalue") and not _preceding(spec, "end"):
            # The last row of the frame lies at or after its own row.
            return Reach(end, Span() if not _following(spec, "end") else before)
        return Reach(end, before)

    def _edge(self, at: object, side: object, kind: str, row: Evaluator, *, start: bool) -> Span | None:
        """Where a frame begins or ends, as a distance from the row in the order's direction; None: at no certain one."""
        if isinstance(at, str):
            return Span() if at.upper() == "CURRENT ROW" else None
        if not isinstance(at, exp.Expr):
            return None
        following = str(side or "").upper() == "FOLLOWING"
        found = row.value(at).constant
        if kind != "RANGE":
            # Rows further on may be at the same time or at any later one.
            zero = isinstance(found, Fraction) and found == 0
            inside = following == start
            return Span() if zero or inside else None
        span = parsed_span(found) if isinstance(found, str) else found
        if isinstance(span, Fraction):
            span = self._steps(span, row)
        if not isinstance(span, Span) or span.months:
            return Span() if not following and not start else None
        return span if following else span.times(-1)

    def _steps(self, count: Fraction, row: Evaluator) -> Span | None:
        """A distance given as a number, in the unit of the order key (dates: days; epochs: seconds)."""
        return self._unit_span(count)

    def _unit_span(self, count: Fraction) -> Span | None:
        return Span() if not count else None


def _turned(linear: Linear) -> Linear:
    return Linear(linear.minus, linear.plus, -linear.offset, linear.unit)


def _least(a: Span | None, b: Span) -> Span:
    return a if a is not None and not a.months and a.microseconds < b.microseconds else b


def _following(spec: exp.Expr, end: str) -> bool:
    return str(spec.args.get(f"{end}_side") or "").upper() == "FOLLOWING"


def _preceding(spec: exp.Expr, end: str) -> bool:
    return str(spec.args.get(f"{end}_side") or "").upper() == "PRECEDING"


def _arguments(call: exp.Expr) -> list[exp.Expr]:
    if isinstance(call, exp.Anonymous):
        return list(call.expressions)
    parts = [call.this, call.args.get("offset"), call.args.get("default")]
    return [part for part in parts if part is not None]
