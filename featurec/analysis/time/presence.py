"""Which values are there: a comparison says something of values that are not NULL, and of nothing else."""

from featurec.analysis.time.facts import NONE, Facts
from featurec.analysis.time.nodes import ZERO, Choice, Greatest, Least, Node, Var
from featurec.analysis.time.terms import Terms


class Presence:
    """Answers whether nodes may be NULL, under the facts of one case."""

    def __init__(self, terms: Terms, facts: Facts) -> None:
        self.terms = terms
        self.facts = facts
        self._settled: dict[frozenset[Node], tuple[frozenset[Node], frozenset[Node]]] = {}
        self._essentials: dict[frozenset[Node], frozenset[Node]] = {}

    def is_present(self, node: Node, assumed: frozenset[Node] = NONE) -> bool:
        """Whether a node is certainly not NULL."""
        known, missing = self.settled(assumed)
        return self.holds(node, known, missing)

    def settled(self, assumed: frozenset[Node]) -> tuple[frozenset[Node], frozenset[Node]]:
        """The nodes known not to be NULL, and the variables of sides that may be missing."""
        settled = self._settled.get(assumed)
        if settled is None:
            known = self._with_needed(self.facts.present | assumed)
            waiting = list(self.facts.optional)
            while True:
                there = [side for side in waiting if not side.variables.isdisjoint(known)]
                if not there:
                    break
                waiting = [side for side in waiting if side not in there]
                known = self._with_needed(known.union(*(side.present for side in there)))
            settled = known, NONE.union(*(side.variables for side in waiting))
            self._settled[assumed] = settled
        return settled

    def _with_needed(self, nodes: frozenset[Node]) -> frozenset[Node]:
        return nodes.union(*(self.terms.needed(node) for node in nodes))

    def holds(self, node: Node, known: frozenset[Node], missing: frozenset[Node]) -> bool:
        """Whether a node is not NULL where all of ``known`` are not; ``missing`` may be."""
        if node in known or node == ZERO:
            return True
        term = self.terms[node]
        match term:
            case Var():
                return term.total and node not in missing
            case Greatest() | Least():
                check = all if term.strict else any
                return check(self.holds(arm, known, missing) for arm, _ in term.arms)
            case Choice():
                return all(
                    arm.node is not None
                    and (arm.node in arm.present or self.holds(arm.node, known | arm.present, missing))
                    for arm in term.arms
                    if arm.absent.isdisjoint(known)
                )
            case _:
                return self.holds(term.node, known, missing)

    def essential(self, assumed: frozenset[Node]) -> frozenset[Node]:
        """The same for all assumptions that come to the same: the variables that are there, and what they do not tell."""
        found = self._essentials.get(assumed)
        if found is None:
            known = self.settled(assumed)[0]
            variables = frozenset(node for node in known if isinstance(self.terms[node], Var))
            found = variables.union(n for n in assumed if not self.is_present(n, variables))
            self._essentials[assumed] = found
        return found
