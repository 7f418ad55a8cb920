"""GROUP BY: one row for all rows with equal keys.

A group exists with the first of its members that becomes known; that member stands for the group, so that whatever bounds it
in terms of the keys bounds the group. What is aggregated waits for the last member that can ever come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sqlglot import exp

from featurec.analysis.time.aggregates import Argument, is_aggregate, name_of, taken, unordered
from featurec.analysis.time.bounds import Maxima
from featurec.analysis.time.candidates import Candidates, least_known, result_time, same_keys
from featurec.analysis.time.expressions import Evaluator
from featurec.analysis.time.facts import Edge, Facts
from featurec.analysis.time.joins import sides_of
from featurec.analysis.time.nodes import FUTURE, Linear, Node
from featurec.analysis.time.order import Order
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import NO_WAITS, Growing, Newest, Row, Value, Wait

_SEVERAL = (exp.Rollup, exp.Cube, exp.GroupingSets)
_GROWING = (exp.Count, exp.CountIf, exp.ApproxDistinct, exp.LogicalOr)
_GROWING_NAMES = frozenset({"count", "countif", "uniqexact"})


@dataclass(frozen=True)
class Grouping:
    """What rows are grouped by.

    Attributes:
        keys: none for one group of all rows.
        absent: keys of other grouping sets, which are NULL in this one.
        partial: some rows leave keys out, and which is not followed.
    """

    keys: tuple[exp.Expr, ...]
    absent: tuple[exp.Expr, ...] = ()
    partial: bool = False


def grouping_sets(group: exp.Group) -> list[tuple[exp.Expr, ...]]:
    """The keys of each grouping set; one set where there is no ROLLUP, CUBE or GROUPING SETS."""
    parts = [*group.expressions, *(p for key in ("rollup", "cube", "grouping_sets") for p in group.args.get(key) or ())]
    found: list[tuple[exp.Expr, ...]] = [()]
    for part in parts:
        found = [(*before, *keys) for before in found for keys in _sets(part)]
    return list(dict.fromkeys(found))


def _sets(part: exp.Expr) -> list[tuple[exp.Expr, ...]]:
    part = part.unnest()
    inner = [_members(member) for member in part.expressions] if isinstance(part, _SEVERAL) else []
    match part:
        case exp.Rollup():
            return [tuple(key for keys in inner[:n] for key in keys) for n in range(len(inner), -1, -1)]
        case exp.Cube():
            chosen = (picked for n in range(len(inner), -1, -1) for picked in combinations(inner, n))
            return [tuple(key for keys in picked for key in keys) for picked in chosen]
        case exp.GroupingSets():
            return [keys for member in part.expressions for keys in _sets(member)]
    return [_members(part)]


def _members(part: exp.Expr) -> tuple[exp.Expr, ...]:
    part = part.unnest()
    return tuple(part.expressions) if isinstance(part, exp.Tuple) else (part,)


class Groups:
    """The groups of one SELECT. ``special`` gives the values of aggregates in a group's row."""

    def __init__(
        self,
        around: Surroundings,
        rows: Sequence[Row],
        own: frozenset[Node],
        grouping: Grouping,
        nodes: Sequence[exp.Expr],
    ) -> None:
        self.around = around
        self.first = rows
        self.keys = list(grouping.keys)
        self.absent = frozenset(grouping.absent)
        self.partial = grouping.partial
        self.members = Candidates.of(around, rows, own)
        self.relating = same_keys(self.keys)
        self.maxima = [n for n in nodes if isinstance(n, exp.Max) and not n.expressions]
        self._arrivals = {wait.node for row in rows for wait in row.rows} - {FUTURE}
        self._tops: dict[int, list[Node]] = {}
        self._values: dict[tuple[int, exp.Expr], Value] = {}

    @property
    def rows(self) -> list[Row]:
        """The rows of groups, in each of their cases. All rows together are a group, even if there are none."""
        if not self.keys and not self.partial:
            return [replace(self.first[0], facts=Facts(), rows=NO_WAITS)] if self.first else []
        return [self._row(row) for row in self.first]

    def _row(self, row: Row) -> Row:
        """The group's row, of which ``row`` is the first member."""
        sides = sides_of(self.keys, row)
        waits = frozenset(w for w in row.rows if not w.side or w.side in sides)
        values = Evaluator(self.around, row)
        keys = values.waits(self.keys)
        return replace(row, facts=row.facts.plus(values.edges, values.present), rows=waits | keys)

    def special(self, node: exp.Expr, row: Evaluator) -> Value | None:
        """The value of an aggregate, or of a key that another grouping set has; None for anything computed from such."""
        if self.absent and node in self.absent:
            return Value(null=True)
        if isinstance(node, exp.Window) or not is_aggregate(node):
            return None
        known = self._values.get((id(row), node))
        if known is None:
            known = self._values[id(row), node] = self._doubted(self._aggregate(node, row))
        return known

    def _doubted(self, value: Value) -> Value:
        if not self.partial:
            return value
        doubt = "the rows of ROLLUP, CUBE and GROUPING SETS leave out keys that would bound them"
        return replace(value, waits=frozenset(replace(w, doubt=w.doubt or doubt) for w in value.waits))

    def _tops_of(self, row: Evaluator) -> list[Node]:
        """A node for each MAX of a time in the SELECT."""
        tops = self._tops.get(id(row))
        if tops is None:
            tops = self._tops[id(row)] = []
            for call in self.maxima:
                member = Evaluator(self.around, row.row).value(call.this).linear
                node = row.terms.var(call.sql(), kind=row.terms.kind(member.plus) if member is not None else "unknown")
                tops.append(node)
                if member is not None and member.is_time:
                    row.edges.append(Edge(member.plus, node, -member.offset))
                    if self._always_there(call.this):
                        row.present.append(node)
        return tops

    def _always_there(self, argument: exp.Expr) -> bool:
        """Whether there is a member, and no member's argument is NULL."""
        if not self.keys:
            return False
        for member in self.members.evaluators:
            linear = member.value(argument).linear
            if linear is None or not Order(self.around.terms, member.row.facts).is_present(linear.plus):
                return False
        return True

    def _maxima(self, row: Evaluator) -> Callable[[Evaluator], Maxima]:
        tops = self._tops_of(row)

        def of(member: Evaluator) -> Maxima:
            pairs = [(top, member.value(call.this).linear) for top, call in zip(tops, self.maxima, strict=True)]
            return [(top, linear) for top, linear in pairs if linear is not None and linear.is_time]

        return of

    def _aggregate(self, node: exp.Expr, row: Evaluator) -> Value:
        argument, call = taken(node, zero_is_nothing=bool(self.keys))
        name = name_of(call)
        waits, tops = self._waits(node, row, argument)
        if isinstance(call, exp.Max) and node in self.maxima:
            return self._greatest(call, row, waits, tops)
        if isinstance(call, exp.Min):
            least = self._least(call, row, argument, waits, tops, filtered=node is not call)
            if least is not None:
                return least
        if not (len(argument.values) == 1 and argument.values[0] in self.keys):
            waits |= unordered(call, name, self.around, node)
        linear = (
            result_time(row, Evaluator(self.around, row.row).value(argument.time).linear, tops, name)
            if argument.time is not None
            else None
        )
        grows = isinstance(call, _GROWING) or name in _GROWING_NAMES
        return Value(waits, linear, nature=Growing() if grows else None)

    def _waits(self, node: exp.Expr, row: Evaluator, argument: Argument) -> tuple[frozenset[Wait], list[Edge]]:
        """What the members' arguments wait for, and their keys, which say that they are members."""
        read = replace(argument, values=(*argument.values, *self.keys))
        return self.members.waits(row, read, self.relating, self._rule(row), node, maxima=self._maxima(row))

    def _rule(self, row: Evaluator) -> str:
        """The code for members without end: of a group, of rows that a subquery lets in, or of all rows."""
        return "FC306" if self.keys else "FC310" if row.row.outer is None else "FC305"

    def _greatest(self, call: exp.Max, row: Evaluator, waits: frozenset[Wait], tops: list[Edge]) -> Value:
        top = self._tops_of(row)[self.maxima.index(call)]
        row.edges += [replace(edge, low=top) for edge in tops]
        return Value(waits, Linear(top), nature=Newest())

    def _least(
        self,
        call: exp.Min,
        row: Evaluator,
        argument: Argument,
        waits: frozenset[Wait],
        tops: list[Edge],
        *,
        filtered: bool,
    ) -> Value | None:
        """The first time of a group is known with the member that it is of, as long as members are known in that order."""
        own = Evaluator(self.around, row.row).value(call.this).linear
        if own is None or not own.is_time:
            return None
        linear = result_time(row, own, tops, call.sql())
        if filtered or argument.condition is not None:
            return Value(waits, linear)
        row.edges.append(Edge(linear.plus, own.plus, own.offset))
        if self._always_there(call.this):
            row.present.append(linear.plus)
        lag = None if row.terms.backward else self.members.lag([call.this, *self.keys])
        if lag is None:
            return Value(waits, linear)
        # The first member that becomes known does so no later than the one with the least value.
        row.edges += [Edge(wait.node, linear.plus, lag) for wait in row.row.rows if wait.node in self._arrivals]
        wait = Wait(least_known(row, linear, lag), "FC306", self.around.number(call), call.sql())
        return Value(frozenset({wait}), linear)
