"""Paths of a search for bounds: where it came from, and what several of its ends have in common."""

from collections.abc import Iterable, Iterator, Mapping

from featurec.analysis.time.nodes import Node

Bounds = dict[Node, int]
"""For each node y the least c known with x ≤ y + c."""


def walked(before: Mapping[Node, Node], high: Node) -> list[Node]:
    """The nodes from the start of a search to ``high``, by where each was reached from."""
    path = [high]
    while path[-1] in before and before[path[-1]] not in path:
        path.append(before[path[-1]])
    return path[::-1]


def is_behind(node: Node, at: Node, before: Mapping[Node, Node]) -> bool:
    """Whether the path that led to ``at`` runs through ``node``: a shorter way back to it may go round for ever."""
    return at != node and node in walked(before, at)


def meet(node: Node, arms: Iterable[tuple[Bounds | None, int]]) -> Iterator[tuple[Node, int]]:
    """What bounds a node that is one of several, each with its offset; those that are never there do not count.

    Where none can be there, neither can the node: it is bounded by a microsecond before itself.
    """
    bounds = [(found, offset) for found, offset in arms if found is not None]
    if not bounds:
        yield node, -1
        return
    first, *rest = bounds
    for high in first[0]:
        if all(high in other for other, _ in rest):
            yield high, max(found[high] + offset for found, offset in bounds)
