"""How early the instants of many candidate rows can be, seen from what is kept of them: ``latest`` looked at from behind.

Where the question is how old the rows are that a row is made of, a wait is an instant that is not too old instead of one that
is over. All rules of joins, groups and windows are the same but for this one: which rows count as candidates does not depend
on the side from which their instants are bounded.
"""

from collections.abc import Iterator
from dataclasses import replace

from featurec.analysis.time.facts import Edge, Facts
from featurec.analysis.time.nodes import FUTURE, Node
from featurec.analysis.time.order import Order
from featurec.analysis.time.tables import Wait, Waits
from featurec.analysis.time.terms import Terms


def earliest(
    terms: Terms, waits: Waits, facts: Facts, own: frozenset[Node], rule: str, at: int
) -> tuple[Waits, list[Edge]]:
    """What the first of all candidates waits for; arguments and result as of ``latest``."""
    order = Order(terms, facts)
    kept = list(_kept(terms, facts, own))
    found: set[Wait] = set()
    edges: list[Edge] = []
    for wait in waits:
        if wait.unless and order.knows(wait.unless):
            continue
        if wait.node == FUTURE or terms.variables(wait.node).isdisjoint(own):
            found.add(wait)
            continue
        if order.uppers(wait.node) is None:
            continue
        lows = _lows(order, wait.node, kept)
        if not lows:
            found.add(replace(wait, node=FUTURE, rule=rule, at=at))
            continue
        node = terms.first_of(lows)
        edges += [Edge(low, node, by) for low, by in lows.items()]
        found.add(replace(wait, node=node, rule=rule, at=at, beside=frozenset()))
    return frozenset(found), edges


def _kept(terms: Terms, facts: Facts, own: frozenset[Node]) -> Iterator[Node]:
    """The nodes that facts speak of and that are not the candidates' own."""
    said = dict.fromkeys(node for edge in facts.edges for node in (edge.low, edge.high)) | dict.fromkeys(
        sorted(facts.present)
    )
    for node in said:
        variables = terms.variables(node)
        if variables and node != FUTURE and variables.isdisjoint(own):
            yield node


def _lows(order: Order, node: Node, kept: list[Node]) -> dict[Node, int]:
    """For each kept node y that bounds ``node`` from below the least c known with y ≤ node + c, unless another says more."""
    bounds = {low: found for low in kept if (found := order.uppers(low, frozenset({node}))) is not None}
    lows = {low: found[node] for low, found in bounds.items() if node in found}
    for low, by in list(lows.items()):
        others = ((other, more) for other, more in lows.items() if other != low)
        if any(other in bounds[low] and bounds[low][other] + more <= by for other, more in others):
            del lows[low]
    return lows
