"""The graph of references between views: what reads what, cycles, and an order in which parents come first."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from featurec.analysis.scope import Reference
from featurec.diagnostic import Diagnostic, Label

Parents = Mapping[str, Sequence[str]]
"""Key of a view or spine -> keys that it reads, sources included."""


def topological_order(parents: Parents) -> tuple[str, ...]:
    """Keys in an order with parents first, otherwise sorted; keys in or below a cycle are missing."""
    waiting = {key: len({p for p in read if p in parents}) for key, read in parents.items()}
    children = children_of(parents)
    ready = [key for key, count in waiting.items() if not count]
    heapify(ready)
    order = []
    while ready:
        key = heappop(ready)
        order.append(key)
        for child in children.get(key, ()):
            waiting[child] -= 1
            if not waiting[child]:
                heappush(ready, child)
    return tuple(order)


def children_of(parents: Parents) -> dict[str, list[str]]:
    """Key -> keys that read it, each once."""
    found: dict[str, list[str]] = {}
    for key in sorted(parents):
        for parent in dict.fromkeys(parents[key]):
            found.setdefault(parent, []).append(key)
    return found


def reach(start: Iterable[str], edges: Mapping[str, Sequence[str]], depth: int | None = None) -> set[str]:
    """What is reached along edges in at most ``depth`` steps (None: any number), the start not included."""
    found: set[str] = set()
    front = set(start)
    while front and (depth is None or depth > 0):
        front = {n for key in front for n in edges.get(key, ())} - found
        found |= front
        depth = None if depth is None else depth - 1
    return found


def cycles(parents: Parents, references: Mapping[str, Sequence[Reference]]) -> list[Diagnostic]:
    """One FC203 per cycle, with the place of every reference on it."""
    remaining = set(parents) - set(topological_order(parents))
    findings = []
    while remaining:
        path = _cycle(min(remaining), parents, remaining)
        if not path:
            break
        places = [
            next(r for r in references[key] if r.relation == nxt)
            for key, nxt in zip(path, path[1:] + path[:1], strict=True)
        ]
        names = [key.partition(".")[2] for key in (*path, path[0])]
        steps = zip(places, names[:-1], names[1:], strict=True)
        labels = tuple(Label(place.span, f"`{a}` reads `{b}`") for place, a, b in steps)[1:]
        findings.append(
            Diagnostic(
                "FC203",
                f"`{names[0]}` reads itself: {' → '.join(names)}",
                places[0].span,
                "a view can only be computed after what it reads",
                "take one of these references out, or move what both need into a view of its own",
                labels,
            )
        )
        remaining -= set(path)
        remaining &= _on_cycles(parents, remaining)
    return findings


def _on_cycles(parents: Parents, nodes: set[str]) -> set[str]:
    """Nodes that have parents among themselves after those without have gone."""
    inside = {key: [p for p in parents[key] if p in nodes] for key in nodes}
    return nodes - set(topological_order(inside))


def _cycle(start: str, parents: Parents, within: set[str]) -> list[str]:
    """A cycle found by walking up from ``start``; its least member first."""
    seen: dict[str, int] = {}
    path: list[str] = []
    node: str | None = start
    while node is not None and node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = min((p for p in parents[node] if p in within), default=None)
    if node is None:
        return []
    found = path[seen[node] :]
    first = found.index(min(found))
    return found[first:] + found[:first]
