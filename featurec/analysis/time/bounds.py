"""The one primitive: how late the instants of many candidate rows can be, seen from what is kept of them.

``latest`` looks for what bounds an instant of a candidate under the facts that hold for every candidate, and keeps of that
what is not the candidates' own: the left side of a join, the outer row of a subquery, the keys of a group, the current row of
a window. The instant of the last candidate is then bounded by the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.time.earliest import earliest
from featurec.analysis.time.facts import Edge, Facts
from featurec.analysis.time.nodes import DAY, FUTURE, Linear, Node, Zone
from featurec.analysis.time.order import Order
from featurec.analysis.time.protocol import Values
from featurec.analysis.time.tables import NO_WAITS, Newest, Table, Value, Wait, Waits, equal
from featurec.analysis.time.terms import Terms

_OF_JOINS = ("FC305", "FC309")
Maxima = Sequence[tuple[Node, Linear]]
"""Greatest values of groups: the node, and what it is the greatest of in a candidate."""


def latest(
    terms: Terms,
    waits: Waits,
    facts: Facts,
    own: frozenset[Node],
    rule: str,
    at: int,
    maxima: Maxima = (),
    *,
    newest: bool = False,
    innocent: bool = False,
) -> tuple[Waits, list[Edge]]:
    """What the last of all candidates waits for.

    Args:
        waits: of one candidate.
        facts: what holds for every candidate.
        own: variables that differ between candidates.
        rule: the code to report where nothing bounds them.
        at: the syntax node to blame.
        maxima: bounds that hold until a later row comes.
        innocent: candidates are no later than what they are seen from: what is gathered too late was gathered so before.
        newest: of what is bounded only until a later row comes, that bound is kept.

    Returns:
        The waits, and the facts about their nodes.
    """
    if not waits:
        return NO_WAITS, []
    if terms.backward:
        return earliest(terms, waits, facts, own, rule, at)
    order = Order(terms, facts)
    retracting = Order(terms, facts, passing=True) if newest else None
    own_rows = [wait.node for wait in waits if wait.rule == "FC315"]
    found: set[Wait] = set()
    edges: list[Edge] = []
    for wait in waits:
        if wait.unless and order.knows(wait.unless):
            continue
        if wait.node == FUTURE or terms.variables(wait.node).isdisjoint(own):
            found.add(replace(wait, passing=False))
            continue
        bounds = order.uppers(wait.node)
        if bounds is None:
            continue
        kept = {high: by for high, by in bounds.items() if terms.variables(high).isdisjoint(own)}
        kept |= dict.fromkeys(_day_ends(terms, order, wait.node, own), 0)
        kept = {high: by for high, by in kept.items() if not order.is_implied(high, by, kept)}
        tops = [(top, bounds[of.plus] - of.offset) for top, of in maxima if of.plus in bounds]
        if retracting is not None:
            more = retracting.uppers(wait.node) or {}
            tops += [
                (high, by) for high, by in more.items() if terms.variables(high).isdisjoint(own) and high not in kept
            ]
        # What a join lets in is its fault, unless the row that it is joined to comes as late.
        as_late = any(bounds.get(node, 1) <= 0 for node in own_rows)
        is_older = wait.rule == "FC307" or (wait.rule in _OF_JOINS and not as_late)
        if is_older or (innocent and wait.rule == "FC306" and kept):
            blamed, place = wait.rule, wait.at
        else:
            blamed, place = rule, at
        if kept or tops:
            node = terms.last_of(kept, tops)
            edges += [Edge(node, high, by) for high, by in kept.items()]
            edges += [Edge(node, top, by, passing=True) for top, by in tops]
            found.add(replace(wait, node=node, rule=blamed, at=place, passing=False, beside=frozenset()))
            continue
        if blamed != "FC307" and any(_is_kept(terms, order.uppers(other), own) for other in wait.beside):
            blamed = "FC309"
        found.add(replace(wait, node=FUTURE, rule=blamed, at=place, passing=False))
    return frozenset(found), edges


def _day_ends(terms: Terms, order: Order, node: Node, own: frozenset[Node]) -> Iterator[Node]:
    """The instants at which the local days end by which a local time is over, which no expression may have named yet."""
    term = terms[node]
    if not isinstance(term, Zone) or term.local:
        return
    for day, by in (order.uppers(term.node) or {}).items():
        if terms.variables(day) and terms.variables(day).isdisjoint(own) and terms.residue(day, DAY) == 0:
            yield terms.term(replace(term, node=day, offset=-(-(by + term.offset) // DAY) * DAY))


def _is_kept(terms: Terms, bounds: Mapping[Node, int] | None, own: frozenset[Node]) -> bool:
    """Whether one of the bounds stays when the candidates are gone."""
    return bounds is not None and any(
        terms.variables(high) and terms.variables(high).isdisjoint(own) for high in bounds
    )


def highest(terms: Terms, time: Linear, facts: Facts, own: frozenset[Node], node: Node) -> list[Edge]:
    """What bounds ``node``, which is the value ``time`` of some candidate."""
    bounds = Order(terms, facts).uppers(time.plus) or {}
    return [Edge(node, high, by + time.offset) for high, by in bounds.items() if terms.variables(high).isdisjoint(own)]


def gathered(
    row: Values, table: Table, node: exp.Expr, columns: Iterable[int], matches: Sequence[Linear | None] = ()
) -> Value:
    """A subquery in value position: what it waits for, and its single column as a time.

    Args:
        row: the row that it is computed for.
        table: its relation.
        node: to blame.
        columns: those that are read.
        matches: what the first columns are equal to.
    """
    terms, around = row.terms, row.around
    waits: set[Wait] = set()
    values: list[Node] = []
    wanted = list(columns)
    newest = True
    for case in table.cases:
        facts = row.row.facts.plus(row.edges, row.present).and_(case.facts)
        for match, column in zip(matches, case.values, strict=False):
            facts = facts.plus(equal(match, column.linear))
        read = [case.values[i] for i in wanted if i < len(case.values)]
        newest = newest and any(isinstance(value.nature, Newest) for value in read)
        if read and read[0].linear is not None and read[0].linear.is_time:
            value = terms.var("a subquery's value", kind=terms.kind(read[0].linear.plus))
            row.edges += highest(terms, read[0].linear, facts, table.own, value)
            values.append(value)
            facts = facts.plus(equal(Linear(value), read[0].linear) if not matches else ())
        all_waits = case.rows.union(*(value.waits for value in read))
        found, edges = latest(terms, all_waits, facts, table.own, "FC305", around.number(node), newest=newest)
        waits |= found
        row.edges += edges
    linear = Linear(values[0]) if len(values) == 1 and len(table.cases) == 1 else None
    return Value(frozenset(waits), linear, nature=Newest() if newest and len(table.cases) == 1 else None)
