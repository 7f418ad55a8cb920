"""What is known of the order of times in one case: difference constraints ``x <= y + c`` between nodes, c in microseconds.

Definitions of terms hold everywhere; comparisons hold in the case whose rows passed them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from featurec.analysis.time.nodes import Node

NONE: frozenset[Node] = frozenset()


@dataclass(frozen=True, slots=True)
class Edge:
    """``low <= high + by``.

    Attributes:
        passing: true where later rows may end it, as with ``x <= max(x)``: it holds for the newest row only.
    """

    low: Node
    high: Node
    by: int
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Optional:
    """The variables of the side of an outer join that may be missing, and which of its nodes are not NULL if it is there."""

    variables: frozenset[Node]
    present: frozenset[Node]


@dataclass(frozen=True)
class Facts:
    """What holds in one case.

    Attributes:
        present: nodes that are not NULL.
        optional: sides of outer joins.
    """

    edges: tuple[Edge, ...] = ()
    present: frozenset[Node] = NONE
    optional: tuple[Optional, ...] = ()

    def plus(self, edges: Iterable[Edge] = (), present: Iterable[Node] = ()) -> "Facts":
        """With further facts."""
        return Facts((*self.edges, *edges), self.present.union(present), self.optional)

    def and_(self, other: "Facts") -> "Facts":
        """Both."""
        return Facts((*self.edges, *other.edges), self.present | other.present, (*self.optional, *other.optional))
