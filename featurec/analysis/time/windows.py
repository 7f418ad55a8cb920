"""Window functions: a row together with the rows of its partition that its frame may hold.

A window is a self-join: candidates with equal partition keys and, as far as the frame's ends say so, an order key that is
not later than the row's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeGuard

from sqlglot import exp

from featurec.analysis.time.aggregates import Argument, name_of, taken, unordered, unwrapped
from featurec.analysis.time.bounds import Maxima
from featurec.analysis.time.candidates import Candidates, Relating, least_known, result_time, same_keys
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.frames import (
    ANYWHERE,
    FROM_ITSELF,
    NOWHERE,
    STRICTLY_BEFORE,
    TO_ITSELF,
    Definition,
    Reach,
    definition,
    is_descending,
    is_whole,
    key_of,
    reach,
    turned,
)
from featurec.analysis.time.nodes import FUTURE, ZERO, Linear, Node, Rank
from featurec.analysis.time.order import Order
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import (
    NEVER_SETTLED,
    End,
    Growing,
    Nature,
    Newest,
    Pick,
    Row,
    Span,
    Value,
    Wait,
    Waits,
    difference,
    equal,
    later,
    passing,
)

_STRICT_RANKS = (exp.Rank, exp.DenseRank)
_RANKS = (exp.RowNumber, *_STRICT_RANKS)
_WHOLE = (exp.PercentRank, exp.CumeDist, exp.Ntile)
_WHOLE_NAMES = frozenset({"percent_rank", "cume_dist", "ntile", "fill"})
_IN_FRAME = frozenset({"laginframe", "leadinframe", "lagginframe"})


@dataclass
class Windows:
    """The windows of one SELECT, over the rows that its WHERE and GROUP BY leave."""

    around: Surroundings
    rows: Sequence[Row]
    own: frozenset[Node]
    named: Mapping[str, exp.Expr] = field(default_factory=dict)
    special: Callable[[exp.Expr, Evaluator], Value | None] | None = None
    _candidates: Candidates | None = None
    _following: dict[object, tuple[Node, Node]] = field(default_factory=dict)

    def value(self, node: exp.Window, row: Evaluator) -> Value:
        """The value of a window function in a row."""
        window = definition(node, self.named)
        call = unwrapped(node.this)
        name = name_of(call)
        if isinstance(call, _WHOLE) or name in _WHOLE_NAMES:
            rule = "FC301" if name == "fill" else "FC310"
            return Value(self._waits(row, Argument(tuple(_arguments(call))), window, ANYWHERE, rule, node)[0])
        if isinstance(call, _RANKS) or name in ("row_number", "rownumber"):
            return self._rank(node, call, window, row)
        if name in ("lag", "lead"):
            return self._neighbour(node, call, name, window, row)
        if name in _IN_FRAME:
            return self._neighbour_in_frame(node, call, name, window, row)
        return self._aggregate(node, call, name, window, row)

    def pick(self, partition: Sequence[exp.Expr], order: Sequence[exp.Expr], row: Evaluator, node: exp.Expr) -> Waits:
        """What it waits for to be among the first of a partition: DISTINCT ON, LIMIT."""
        window = Definition(tuple(partition), tuple(order))
        order = [key for key in order if not _is_given(window, row, key_of(key))]
        window = Definition(tuple(partition), tuple(order))
        if not order:
            what = "which rows are kept follows the order in which they happen to be stored"
            return frozenset({later("FC312", self.around.number(node), what)})
        waits, _ = self._waits(row, Argument(), window, TO_ITSELF, "FC301", node)
        return self._picked(waits, window, row)

    def whole(self, row: Evaluator, node: exp.Expr) -> Waits:
        """What all rows together wait for."""
        return self._waits(row, Argument(), Definition((), ()), ANYWHERE, "FC310", node)[0]

    def _rank(self, node: exp.Expr, call: exp.Expr, window: Definition, row: Evaluator) -> Value:
        if not window.order:
            return self._unordered(node, "row_number")
        near = STRICTLY_BEFORE if isinstance(call, _STRICT_RANKS) else TO_ITSELF
        waits, _ = self._waits(row, Argument(), window, near, "FC301", node)
        linears = (row.value(key).linear for key in window.partition)
        keys = [linear for linear in linears if linear is not None]
        nature = Pick(frozenset(linear.plus for linear in keys), self._newest(window, row))
        return Value(waits, self._number(node, window, keys, row), nature=nature)

    def _number(self, node: exp.Expr, window: Definition, keys: Sequence[Linear], row: Evaluator) -> Linear | None:
        """The number of a row, where it rises with a time."""
        key = row.value(window.first).linear
        if key is None or window.descending or row.row.outer is not None or len(keys) < len(window.partition):
            return None
        if any(not linear.is_time or linear.offset or linear.plus == ZERO for linear in (key, *keys)):
            return None
        rank = Rank(self.around.number(node), key.plus, tuple(linear.plus for linear in keys))
        return Linear(row.terms.rank(rank))

    def _picked(self, waits: Waits, window: Definition, row: Evaluator) -> Waits:
        """What the first rows of a partition wait for to be the first: the newest of all, or of those so far."""
        newest = self._newest(window, row)
        return passing(waits) if newest else waits

    def _newest(self, window: Definition, row: Evaluator) -> bool:
        """Whether the first row of a partition is its newest. Another one, such as the greatest, tells of the future.

        A key that is settled later than its row, such as the time of the next row, makes rows come and go: not only do
        newer rows replace a row then, an old one may come first that was not.
        """
        key = row.value(window.first).linear
        if key is None or not self._is_settled(window.keys, row):
            return False
        time = key.plus if key.plus != ZERO else key.minus
        return self.around.terms.kind(time) != "number" and window.descending == (key.plus != ZERO)

    def _is_settled(self, keys: Sequence[exp.Expr], row: Evaluator) -> bool:
        """Whether the keys of a row are known as soon as the row itself is."""
        order = Order(self.around.terms, row.row.facts.plus(row.edges, row.present))
        there = {wait.node for wait in row.row.rows}
        return all(
            wait.rule in NEVER_SETTLED
            or wait.node in there
            or (wait.node != FUTURE and any(order.at_most(wait.node, other) for other in there))
            for wait in row.waits(keys)
        )

    def _neighbour(self, node: exp.Expr, call: exp.Expr, name: str, window: Definition, row: Evaluator) -> Value:
        """LAG reads rows up to its own, LEAD from its own on; a negative offset turns it round."""
        if not window.order:
            return self._unordered(node, name)
        parts = _arguments(call)
        offset = row.value(parts[1]).constant if len(parts) > 1 else Fraction(1)
        if not isinstance(offset, Fraction):
            near, ahead = ANYWHERE, True
        elif offset == 0:
            near, ahead = TO_ITSELF, False
        else:
            ahead = (name == "lead") == (offset > 0)
            near = FROM_ITSELF if ahead else TO_ITSELF
        value = self._of_neighbour(node, name, parts, window, near, row)
        if row.terms.backward:
            return value
        if ahead and near == FROM_ITSELF and len(parts) < 3 and not node.find(exp.IgnoreNulls):
            value = self._next(value, parts, window, row)
        return replace(value, nature=self._end(ahead, parts, window))

    def _next(self, value: Value, parts: Sequence[exp.Expr], window: Definition, row: Evaluator) -> Value:
        """The next row is known at its own time, if rows are known in the order of that; where there is none, never."""
        key = window.first
        lag = None if window.descending else self._rows().lag([key, *window.partition, parts[0]])
        own = row.value(key).linear
        if lag is None or own is None:
            return value
        which = (window.partition, window.order, tuple(parts[1:]), id(row.row))
        if which not in self._following:
            # While there is no next row it is not known that there is none: nothing bounds that.
            self._following[which] = row.terms.var("the next row", kind="time"), row.terms.var("then", total=True)
        following, known = Linear(self._following[which][0]), self._following[which][1]
        row.edges += [Edge(known, following.plus, lag), *difference(own, following, 0)]
        waits = frozenset(replace(w, node=known) if w.rule == "FC303" else w for w in value.waits)
        return replace(value, waits=waits, linear=following if parts[0].unnest() == key.unnest() else value.linear)

    def _neighbour_in_frame(
        self, node: exp.Expr, call: exp.Expr, name: str, window: Definition, row: Evaluator
    ) -> Value:
        """ClickHouse: a neighbour, but only within the frame."""
        if not window.order:
            return self._unordered(node, name)
        parts = _arguments(call)
        near = reach(window, name, self.around.dialect, self._constant(row), every_row=True)
        offset = row.value(parts[1]).constant if len(parts) > 1 else Fraction(1)
        if name != "leadinframe" and isinstance(offset, Fraction) and offset >= 0:
            near = replace(near, after=TO_ITSELF.after)
        return self._of_neighbour(node, name, parts, window, near, row)

    def _of_neighbour(
        self, node: exp.Expr, name: str, parts: Sequence[exp.Expr], window: Definition, near: Reach, row: Evaluator
    ) -> Value:
        argument = Argument(tuple(parts[:1]), None, parts[0])
        waits, tops = self._waits(row, argument, window, near, "FC303", node)
        waits |= row.waits(parts[1:])
        # The default stands in for a neighbour that is not there.
        taken_from = row.value(parts[0]).linear if len(parts) < 3 else None
        return Value(waits, result_time(row, taken_from, tops, name))

    def _end(self, ahead: bool, parts: Sequence[exp.Expr], window: Definition) -> Nature:
        """LEAD of the order key itself is the end of a version's validity, open while there is no next one."""
        key = window.first
        if not ahead or len(parts) > 2 or not parts or parts[0].unnest() != key.unnest() or window.descending:
            return None
        lag = self._rows().lag([key, *window.partition])
        return End() if lag is not None and lag <= 0 else None

    def _unordered(self, node: exp.Expr, name: str) -> Value:
        what = f"`{name}` without an order reads rows as they happen to be stored"
        return Value(frozenset({later("FC302", self.around.number(node), what)}))

    def _aggregate(self, node: exp.Window, call: exp.Expr, name: str, window: Definition, row: Evaluator) -> Value:
        argument, _ = taken(node.this)
        every_row = argument.condition is None and not node.find(exp.IgnoreNulls)
        near = reach(
            window, name, self.around.dialect, self._constant(row), every_row=every_row, unit=self._unit(window, row)
        )
        rule = "FC301" if window.order else "FC302" if window.partition else "FC310"
        if isinstance(call, exp.Max) and not window.order:
            return self._greatest(node, call, argument, window, rule, row)
        waits, tops = self._waits(row, argument, window, near, rule, node)
        if isinstance(call, exp.Min) and argument.condition is None and not window.order and is_whole(window.spec):
            least = self._least(node, call, window, rule, waits, tops, row)
            if least is not None:
                return least
        if not window.order:
            waits |= unordered(call, name, self.around, node)
        linear = result_time(row, row.value(argument.time).linear, tops, name) if argument.time is not None else None
        return Value(waits, linear, nature=Growing() if isinstance(call, exp.Count) else None)

    def _greatest(
        self, node: exp.Window, call: exp.Max, argument: Argument, window: Definition, rule: str, row: Evaluator
    ) -> Value:
        """The greatest time of a partition: rows are known by it that are known by their own, until a later row comes."""
        own = row.value(call.this).linear
        linear = result_time(row, own, (), "max")
        if linear is None:
            return Value(self._waits(row, argument, window, ANYWHERE, rule, node)[0])

        def of(candidate: Evaluator) -> Maxima:
            theirs = candidate.value(call.this).linear
            return [(linear.plus, theirs)] if theirs is not None and theirs.is_time else []

        waits, tops = self._waits(row, argument, window, ANYWHERE, rule, node, of)
        row.edges += [replace(edge, low=linear.plus) for edge in tops]
        return Value(waits, linear, nature=Newest())

    def _least(
        self,
        node: exp.Window,
        call: exp.Min,
        window: Definition,
        rule: str,
        waits: Waits,
        tops: list[Edge],
        row: Evaluator,
    ) -> Value | None:
        """The first time of a partition is known with the row that it is of, as long as rows are known in that order."""
        own = row.value(call.this).linear
        if own is None or not own.is_time:
            return None
        linear = result_time(row, own, tops, "min")
        row.edges.append(Edge(linear.plus, own.plus, own.offset))
        if Order(row.terms, row.row.facts.plus(row.edges, row.present)).is_present(own.plus):
            row.present.append(linear.plus)
        lag = None if row.terms.backward else self._rows().lag([call.this, *window.partition])
        if lag is None:
            return Value(waits, linear)
        wait = Wait(least_known(row, linear, lag), rule, self.around.number(node), "min")
        return Value(frozenset({wait}) | row.waits(window.partition), linear)

    def _unit(self, window: Definition, row: Evaluator) -> int:
        """Microseconds that count one in the first order key; 0 where it is not made of a time."""
        linear = row.value(window.first).linear if window.order else None
        return linear.unit if linear is not None and linear.unit > 1 else 0

    def _constant(self, row: Evaluator) -> Callable[[exp.Expr], object]:
        return lambda node: row.value(node).constant

    def _rows(self) -> Candidates:
        if self._candidates is None:
            self._candidates = Candidates.of(self.around, self.rows, self.own, self.special)
        return self._candidates

    def _waits(
        self,
        row: Evaluator,
        argument: Argument,
        window: Definition,
        near: Reach,
        rule: str,
        node: exp.Expr,
        maxima: Callable[[Evaluator], Maxima] = lambda _: (),
    ) -> tuple[Waits, list[Edge]]:
        """What a function of the rows within reach waits for: their arguments and keys, and the row's own keys."""
        keys = same_keys(window.partition)
        close = _close(window, near, self._rows().itself if near.itself else None)

        def relating(a: Evaluator, b: Evaluator) -> list[list[Edge]]:
            return [[*keys(a, b)[0], *edges] for edges in close(a, b)]

        read = replace(argument, values=(*argument.values, *window.keys))
        innocent = _is_exact(near.after) and near.after.microseconds <= 0
        waits, tops = self._rows().waits(row, read, relating, rule, node, maxima=maxima, innocent=innocent)
        return waits | row.waits(window.keys), tops


def _close(window: Definition, near: Reach, itself: list[Edge] | None) -> Relating:
    """What the frame says of a candidate's order keys. ``itself``: the facts of a candidate that is the row."""

    def relating(row: Evaluator, candidate: Evaluator) -> list[list[Edge]]:
        if not window.order:
            return [[]]
        pairs = _keys(window, row, candidate)
        if not pairs:
            return [[]]
        here, there = pairs[0]
        if here is None or there is None:
            return [[]]
        start = difference(here, there, near.before.microseconds) if _is_exact(near.before) else []
        if not _is_exact(near.after):
            return [start]
        if near.after != NOWHERE:
            return [start + difference(there, here, near.after.microseconds)]
        found = _up_to(row, pairs, strict=near.strict)
        return [start + edges for edges in found] + ([itself] if itself is not None else [])

    return relating


def _is_exact(span: Span | None) -> TypeGuard[Span]:
    return span is not None and not span.months


def _keys(window: Definition, row: Evaluator, candidate: Evaluator) -> list[tuple[Linear | None, Linear | None]]:
    """The order keys of the row and of a candidate, so turned that the order rises; those of the partition are equal."""
    found: list[tuple[Linear | None, Linear | None]] = []
    for ordered in window.order:
        key = key_of(ordered)
        if _is_given(window, row, key):
            continue
        here, there = row.value(key).linear, candidate.value(key).linear
        if is_descending(ordered):
            here, there = turned(here) if here else None, turned(there) if there else None
        found.append((here, there))
    return found


def _is_given(window: Definition, row: Evaluator, key: exp.Expr) -> bool:
    """Whether an order key is equal for all rows of a partition, because it is one of its keys."""
    linear = row.value(key).linear
    return any(
        part.unnest() == key.unnest() or (linear is not None and row.value(part).linear == linear)
        for part in window.partition
    )


def _up_to(row: Evaluator, pairs: Sequence[tuple[Linear | None, Linear | None]], *, strict: bool) -> list[list[Edge]]:
    """The ways in which a candidate comes no later in an order of several keys, or before the row where ``strict``.

    The first key says enough where it is a time. Where it is a day or no time at all, the next one orders its peers.
    """
    (here, there), *rest = pairs
    assert here is not None
    assert there is not None
    least = -1 if row.terms.is_whole(here) and row.terms.is_whole(there) else 0
    before = difference(there, here, least)
    if not rest:
        return [before] if strict else [difference(there, here, 0)]
    if not _is_coarse(row, here) or rest[0][0] is None or rest[0][1] is None:
        return [difference(there, here, 0)]
    return [before, *(equal(here, there) + edges for edges in _up_to(row, rest, strict=strict))]


def _is_coarse(row: Evaluator, key: Linear) -> bool:
    node = key.plus or key.minus
    return row.terms.grid(node) > 1 or row.terms.kind(node) == "number"


def _arguments(call: exp.Expr) -> list[exp.Expr]:
    if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc):
        return list(call.expressions)
    parts = [call.this, call.args.get("offset"), call.args.get("default")]
    return [part for part in parts if part is not None]
