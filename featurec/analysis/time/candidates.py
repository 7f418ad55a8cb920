"""Rows that a row is computed from beside itself: the members of its group, the rows of its partition."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import overload

from sqlglot import exp

from featurec.analysis.time.aggregates import Argument
from featurec.analysis.time.bounds import Maxima, highest, latest
from featurec.analysis.time.expressions import Evaluator, Special
from featurec.analysis.time.facts import Edge
from featurec.analysis.time.nodes import FUTURE, Linear, Node
from featurec.analysis.time.order import Order
from featurec.analysis.time.protocol import Surroundings
from featurec.analysis.time.tables import NO_WAITS, Renaming, Row, Wait, Waits, Way, equal

Relating = Callable[[Evaluator, Evaluator], list[list[Edge]]]
"""Facts between a row and a candidate, in each way in which it can be one."""


@dataclass
class Candidates:
    """Copies of the rows of one FROM clause, in every case that they may be in."""

    around: Surroundings
    rows: Sequence[Row]
    own: frozenset[Node]
    special: Special | None = None
    evaluators: list[Evaluator] = field(default_factory=list)
    names: Mapping[Node, Node] = field(default_factory=dict)
    made: set[Node] = field(default_factory=set)

    @property
    def variables(self) -> frozenset[Node]:
        """What differs between candidates: their columns, and what was made of them since."""
        return frozenset(self.names.values()) | self.made

    @property
    def itself(self) -> list[Edge]:
        """The facts of a candidate that is the row itself."""
        return [edge for ours, theirs in self.names.items() for edge in (Edge(ours, theirs, 0), Edge(theirs, ours, 0))]

    @classmethod
    def of(
        cls, around: Surroundings, rows: Sequence[Row], own: frozenset[Node], special: Special | None = None
    ) -> "Candidates":
        renaming = Renaming(around.terms, own)
        copies = [renaming.row(row) for row in rows]
        found = cls(around, copies, own, special)
        found.evaluators = [Evaluator(around, copy, special) for copy in copies]
        found.names = renaming.names
        return found

    def waits(
        self,
        row: Evaluator,
        argument: Argument,
        relating: Relating,
        rule: str,
        node: exp.Expr,
        *,
        maxima: Callable[[Evaluator], Maxima] = lambda _: (),
        innocent: bool = False,
    ) -> tuple[Waits, list[Edge]]:
        """What the values of all candidates wait for, seen from a row; its evaluator takes the facts about them.

        Args:
            row: whose candidates they are.
            relating: what every candidate has in common with the row.
            rule, node: to blame.
            maxima: of a candidate.
            innocent: as of ``latest``.

        Returns:
            The waits, and the upper bounds of a result that is one of the argument's times, as edges from FUTURE.
        """
        terms = self.around.terms
        found: set[Wait] = set()
        tops: list[list[Edge]] = []
        for candidate in self.evaluators:
            start = len(terms.terms)
            parts = [*argument.values, *([argument.condition] if argument.condition is not None else [])]
            for part in parts:
                candidate.value(part)
            self.made |= terms.made_since(start)
            related = relating(row, candidate)
            ways = [Way()]
            also: Waits = NO_WAITS
            if argument.condition is not None:
                ways = candidate.conditions.true(argument.condition)
                also = candidate.conditions.waits(argument.condition)
            values = [candidate.value(part) for part in argument.values]
            waits = candidate.row.rows.union(also, *(value.waits for value in values))
            base = row.row.facts.plus(row.edges, row.present).and_(candidate.row.facts)
            strict = candidate.conditions.present(argument.strict) if argument.strict is not None else ()
            base = base.plus(candidate.edges, [*candidate.present, *strict])
            for edges, way in product(related, ways):
                facts = base.plus([*edges, *way.edges], way.present)
                new, more = latest(
                    terms,
                    waits,
                    facts,
                    self.variables,
                    rule,
                    self.around.number(node),
                    maxima(candidate),
                    innocent=innocent,
                )
                found |= new
                row.edges += more
                time = candidate.value(argument.time).linear if argument.time is not None else None
                tops.append(
                    highest(terms, time, facts, self.variables, FUTURE) if time is not None and time.is_time else []
                )
        return frozenset(found), _common(tops)

    def lag(self, arguments: Sequence[exp.Expr]) -> int | None:
        """The least c for which every candidate is known at the first argument + c, and the others too; None: there is none."""
        worst: int | None = None
        for candidate in self.evaluators:
            time, *others = [candidate.value(argument) for argument in arguments]
            if time.linear is None or not time.linear.is_time:
                return None
            facts = candidate.row.facts.plus(candidate.edges, [*candidate.present, time.linear.plus])
            order = Order(self.around.terms, facts)
            for wait in candidate.row.rows.union(time.waits, *(other.waits for other in others)):
                bound = None if wait.node == FUTURE else (order.uppers(wait.node) or {}).get(time.linear.plus)
                if bound is None:
                    return None
                worst = max(bound - time.linear.offset, worst if worst is not None else bound - time.linear.offset)
        return worst


def _common(tops: list[list[Edge]]) -> list[Edge]:
    """Bounds that hold whichever candidate it is."""
    if not tops:
        return []
    first, *rest = [{edge.high: edge.by for edge in edges} for edges in tops]
    shared = [high for high in first if all(high in other for other in rest)]
    return [Edge(FUTURE, high, max(found[high] for found in (first, *rest))) for high in shared]


@overload
def result_time(row: Evaluator, time: Linear, tops: Iterable[Edge], name: str) -> Linear: ...
@overload
def result_time(row: Evaluator, time: Linear | None, tops: Iterable[Edge], name: str) -> Linear | None: ...
def result_time(row: Evaluator, time: Linear | None, tops: Iterable[Edge], name: str) -> Linear | None:
    """A new value that is one of several, of the kind of ``time``, bounded as it was found; None where that is not known."""
    if time is None:
        return None
    node = row.terms.var(name, kind=row.terms.kind(time.plus))
    row.edges += [replace(edge, low=node) for edge in tops]
    return Linear(node)


def least_known(row: Evaluator, least: Linear, lag: int) -> Node:
    """When the least of several times is known: so much after itself, and never while there is none of them."""
    node = row.terms.var("the least", total=True, kind="time")
    row.edges.append(Edge(node, least.plus, least.offset + lag))
    return node


def same_keys(keys: Sequence[exp.Expr]) -> Relating:
    """Candidates agree with the row in these expressions."""

    def relating(row: Evaluator, candidate: Evaluator) -> list[list[Edge]]:
        edges: list[Edge] = []
        for key in keys:
            ours, theirs = row.value(key), candidate.value(key)
            edges += equal(ours.linear, theirs.linear)
            for name, part in ours.fields.items():
                edges += equal(part.linear, theirs.fields[name].linear if name in theirs.fields else None)
        return [edges]

    return relating
