"""The question that all of the checker comes down to: is x ≤ y + c?

The answer is a shortest path through facts and definitions, in which every node must be known not to be NULL, since a
comparison with NULL says nothing.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from featurec.analysis.time.facts import NONE, Edge, Facts
from featurec.analysis.time.months import days_in
from featurec.analysis.time.nodes import (
    DAY,
    FUTURE,
    Arm,
    Choice,
    Floor,
    Greatest,
    Least,
    MonthFloor,
    Node,
    Shift,
    Var,
    Zone,
)
from featurec.analysis.time.paths import Bounds, is_behind, meet, walked
from featurec.analysis.time.presence import Presence
from featurec.analysis.time.terms import Terms, common_grid

MAX_STEPS = 100_000
"""Steps that one check may take; a query of many lines takes some thousands."""
_MAX_ARMS_DEEP = 2
_MAX_ROUNDS = 12
"""How often one question is asked again: where its answer goes on to change, by less and less, what it has is enough."""
_MAX_OPEN = 400
"""How many questions are answered together; for one more, a node is bounded by nothing but itself."""
_MAX_LOWERED = 50
"""How often one bound is lowered: more often only by going round."""
_Question = tuple[Node, frozenset[Node]]


class Order:
    """Answers questions under the facts of one case.

    A bound that is not found costs precision, never soundness: a search that goes on for too long stops with what it has.
    """

    def __init__(self, terms: Terms, facts: Facts, *, passing: bool = False, depth: int = 0) -> None:
        """``passing`` lets paths run through edges that later rows may end."""
        self.terms = terms
        self.facts = facts
        self.passing = passing
        self._depth = depth
        self._edges: dict[Node, dict[Node, int]] = {}
        for edge in facts.edges:
            if passing or not edge.passing:
                highs = self._edges.setdefault(edge.low, {})
                highs[edge.high] = min(edge.by, highs.get(edge.high, edge.by))
        self._known: dict[_Question, Bounds | None] = {}
        self._open: dict[_Question, Bounds | None] = {}
        self._stale: dict[_Question, None] = {}
        self._readers: dict[_Question, dict[_Question, None]] = {}
        self._asking: _Question | None = None
        self._presence = Presence(terms, facts)
        self._before: dict[_Question, dict[Node, Node]] = {}
        self._arms: dict[tuple[tuple[Node, Node, int], ...], Order] = {}

    def at_most(self, low: Node, high: Node, by: int = 0) -> bool:
        """Whether ``low <= high + by`` in every row of the case in which ``low`` is not NULL."""
        if low == FUTURE:
            return False
        bounds = self.uppers(low)
        if bounds is None:
            return True
        bound = bounds.get(high)
        return bound is not None and bound <= by

    def uppers(self, node: Node, assumed: frozenset[Node] = NONE) -> Bounds | None:
        """For each node y that bounds ``node``, the least c known with ``node <= y + c``.

        Args:
            node: taken not to be NULL.
            assumed: further nodes that are taken not to be NULL.

        Returns:
            None where the facts contradict each other if these nodes are not NULL: no row is in this case then.
        """
        question = (node, self._presence.essential(assumed))
        if question in self._known:
            return self._known[question]
        if self._asking is None:
            self._solve(question)
            return self._known[question]
        self._readers.setdefault(question, {})[self._asking] = None
        if question not in self._open:
            if len(self._open) >= _MAX_OPEN:
                return {node: 0}
            self._open[question] = {node: 0}
            self._stale[question] = None
        return self._open[question]

    def path(self, low: Node, high: Node) -> list[Node]:
        """The nodes by which ``high`` was found to bound ``low``, both ends included; ``high`` alone where that is not known."""
        before = self._before.get((low, self._presence.essential(NONE)), {})
        return walked(before, high)

    def is_implied(self, high: Node, by: int, bounds: Bounds) -> bool:
        """Whether a bound follows from another one by what ``high`` is a function of."""
        inner = self.terms.argument(high)
        if inner == high or inner not in bounds:
            return False
        return any(user == high and bounds[inner] + step <= by for user, step in self._up(inner, high))

    def _solve(self, question: _Question) -> None:
        """Answer a question, and those that come up on the way: each again until none of what it read has changed."""
        self._open = {question: {question[0]: 0}}
        self._readers = {}
        asked: Counter[_Question] = Counter()
        self._stale = {question: None}
        while self._stale and self.terms.steps <= MAX_STEPS:
            self._asking = next(iter(self._stale))
            del self._stale[self._asking]
            asked[self._asking] += 1
            if asked[self._asking] > _MAX_ROUNDS:
                continue
            node, assumed = self._asking
            found = self._search(node, assumed | {node})
            if found != self._open[self._asking]:
                self._open[self._asking] = found
                self._stale |= dict.fromkeys(self._readers.get(self._asking, ()))
        self._asking = None
        self._known |= self._open

    def is_present(self, node: Node, assumed: frozenset[Node] = NONE) -> bool:
        """Whether a node is certainly not NULL, if the assumed ones are not."""
        return self._presence.is_present(node, assumed)

    def knows(self, nodes: frozenset[Node]) -> bool:
        """Whether one of these nodes is certainly not NULL because something is known of its row."""
        return not nodes.isdisjoint(self._presence.settled(NONE)[0])

    def _search(self, start: Node, assumed: frozenset[Node]) -> Bounds | None:
        known, missing = self._presence.settled(assumed)
        bounds = {start: 0}
        before: dict[Node, Node] = {}
        if self._asking is not None:
            self._before[self._asking] = before
        lowered: Counter[Node] = Counter()
        queue = deque([start])
        while True:
            while queue:
                node = queue.popleft()
                at = bounds[node]
                for high, by in self._steps(node, assumed, known):
                    self.terms.steps += 1
                    if self.terms.steps > MAX_STEPS:
                        return bounds
                    bound = self._on_grid(start, high, at + self._on_grid(node, high, by))
                    if bound < bounds.get(high, bound + 1) and self._presence.holds(high, known, missing):
                        if high in (start, node) or (
                            is_behind(high, node, before) and self.uppers(high, assumed) is None
                        ):
                            return None
                        lowered[high] += 1
                        if lowered[high] > _MAX_LOWERED:
                            return bounds
                        bounds[high] = bound
                        before[high] = node
                        queue.append(high)
            for high, bound in self._joins(start, bounds, assumed, known):
                if bound < bounds.get(high, bound + 1) and self._presence.holds(high, known, missing):
                    bounds[high] = bound
                    before.pop(high, None)
                    queue.append(high)
            if not queue:
                return bounds

    def _on_grid(self, low: Node, high: Node, by: int) -> int:
        """The difference of two nodes on a common grid is on it too, so a bound between its points can be lowered."""
        width = common_grid(self.terms.grid(low), self.terms.grid(high))
        if width <= 1:
            return by
        a, b = self.terms.residue(low, width), self.terms.residue(high, width)
        return by if a is None or b is None else by - (by - (a - b)) % width

    def _steps(self, node: Node, assumed: frozenset[Node], known: frozenset[Node]) -> Iterator[tuple[Node, int]]:
        """Nodes that bound ``node`` in one step; itself, a microsecond earlier, where it cannot be there at all."""
        yield from self._edges.get(node, {}).items()
        term = self.terms[node]
        match term:
            case Floor(inner, offset):
                yield inner, offset
                yield from self._monotone(node, term, assumed)
            case MonthFloor(inner, offset):
                yield inner, offset
                yield from self._monotone(node, term, assumed)
            case Shift(inner, offset, months):
                least, greatest = days_in(abs(months))
                yield inner, offset + (greatest if months > 0 else -least) * DAY
                yield from self._next_period(term, assumed)
                yield from self._monotone(node, term, assumed)
            case Zone(inner, offset, _, local, least, greatest):
                yield inner, offset + (greatest if local else -least)
                yield from self._monotone(node, term, assumed)
            case Greatest(arms):
                yield from meet(node, self._greatest(arms, assumed))
            case Least(arms, strict):
                for arm, offset in arms:
                    if strict or arm in known or self.is_present(arm, assumed):
                        yield arm, offset
            case Choice(arms):
                yield from self._outcomes(node, arms, assumed, known)
            case Var():
                pass
        for user in self.terms.users.get(node, ()):
            yield from self._up(node, user)
        for number in self.terms.ranked.get(node, ()):
            yield from self._ranked(number, assumed)

    def _ranked(self, number: Node, assumed: frozenset[Node]) -> Iterator[tuple[Node, int]]:
        """In one partition a row that is not numbered higher is not later."""
        rank = self.terms.ranks[number]
        for other, by in (self.uppers(number, assumed) or {}).items():
            match = self.terms.ranks.get(other)
            if match is None or other == number or by > 0 or match.family != rank.family:
                continue
            keys = zip(rank.keys, match.keys, strict=True)
            if all(self._equal(ours, theirs, assumed) for ours, theirs in keys):
                yield match.order, 0

    def _equal(self, a: Node, b: Node, assumed: frozenset[Node]) -> bool:
        return all((self.uppers(x, assumed) or {}).get(y, 1) <= 0 for x, y in ((a, b), (b, a)))

    def _up(self, node: Node, user: Node) -> Iterator[tuple[Node, int]]:
        """The term ``user`` as a bound of its argument ``node``."""
        term = self.terms[user]
        match term:
            case Floor(_, offset, width):
                yield user, width - 1 - offset
            case MonthFloor(_, offset, months):
                yield user, days_in(months)[1] * DAY - 1 - offset
                after = self.terms.term(Shift(user, 0, months))
                yield after, -1 - offset
            case Shift(_, offset, months):
                least, greatest = days_in(abs(months))
                yield user, (-least if months > 0 else greatest) * DAY - offset
            case Zone(_, offset, _, local, least, greatest):
                yield user, (-least if local else greatest) - offset
            case Greatest(arms):
                for arm, offset in arms:
                    if arm == node:
                        yield user, -offset

    def _monotone(
        self, node: Node, term: Floor | MonthFloor | Shift | Zone, assumed: frozenset[Node]
    ) -> Iterator[tuple[Node, int]]:
        """f(a) ≤ f(b) where a ≤ b, for the other terms of the same function; a grid term moves by whole steps."""
        inner, offset, slack = self._argument(term)
        if slack is None:
            return
        others = [other for other in self._like(term) if other != node]
        if not others:
            return
        bounds = self.uppers(inner, assumed)
        if bounds is None:
            yield node, -1
            return
        for other in others:
            match = self.terms[other]
            assert isinstance(match, Floor | MonthFloor | Shift | Zone)
            base, shift, other_slack = self._argument(match)
            bound = bounds.get(base)
            if bound is None or other_slack is None:
                continue
            late = bound + offset - shift
            if late <= 0 and not isinstance(term, Floor):
                yield other, 0
            elif isinstance(term, Floor):
                yield other, -(-(late + (slack if late > 0 else 0)) // term.width) * term.width

    def _next_period(self, term: Shift, assumed: frozenset[Node]) -> Iterator[tuple[Node, int]]:
        """The end of a month, quarter or year is no later than the start of a later one."""
        start = self.terms[term.node]
        if isinstance(start, MonthFloor) and start.months == term.months and not term.offset:
            bounds = self.uppers(term.node, assumed) or {}
            yield from ((other, 0) for other in self._like(start) if bounds.get(other, 0) < 0)

    def _argument(self, term: Floor | MonthFloor | Shift | Zone) -> tuple[Node, int, int | None]:
        """What a term is a monotone function of, and by how much two arguments may drift apart on the way; None: it is not.

        Local time goes back when summer ends, but never across midnight: the local day is monotone in the instant.
        """
        inner = self.terms[term.node]
        if isinstance(term, Zone):
            steady = term.least == term.greatest or self._whole_days(term) or self._is_shown(term)
            return term.node, term.offset, 0 if steady else None
        if isinstance(inner, Zone) and inner.least != inner.greatest:
            daily = isinstance(term, MonthFloor) or (isinstance(term, Floor) and term.width % DAY == 0)
            if inner.local and daily and not term.offset:
                return inner.node, inner.offset, inner.greatest - inner.least
            if not isinstance(term, Floor) or not daily:
                return term.node, term.offset, 0
        return term.node, term.offset, 0

    def _is_shown(self, term: Zone) -> bool:
        """Whether the local times are a column's, such as clocks showed: of two the earlier is never the later instant."""
        inner = self.terms[term.node]
        return not term.local and not term.offset and isinstance(inner, Var) and inner.kind == "time"

    def _whole_days(self, term: Zone) -> bool:
        return not term.local and self.terms.residue(term.node, DAY) == -term.offset % DAY

    def _like(self, term: Floor | MonthFloor | Shift | Zone) -> Sequence[Node]:
        """Nodes of the same function."""
        return self.terms.like(term)

    def _greatest(self, arms: Sequence[tuple[Node, int]], assumed: frozenset[Node]) -> list[tuple[Bounds | None, int]]:
        """The bounds of the arms of GREATEST, without those that another one is never before."""
        left = list(arms)
        for arm, offset in arms:
            bounds = self.uppers(arm, assumed) or {}
            if any(other != arm and bounds.get(other, by + 1 - offset) <= by - offset for other, by in left):
                left.remove((arm, offset))
        return [(self.uppers(arm, assumed), offset) for arm, offset in left]

    def _outcomes(
        self, node: Node, arms: Iterable[Arm], assumed: frozenset[Node], known: frozenset[Node]
    ) -> Iterator[tuple[Node, int]]:
        """What bounds every arm that is possible."""
        live = [arm for arm in arms if arm.absent.isdisjoint(known) and arm.node is not None]
        bounds = []
        for arm in live:
            assert arm.node is not None
            under = self._under(arm)
            bounds.append((under.uppers(arm.node, assumed | arm.present), arm.offset))
        yield from meet(node, bounds)

    def _under(self, arm: Arm) -> "Order":
        """The order where an arm was chosen; deep inside of other arms, what their choice says is left out."""
        if not arm.edges or self._depth >= _MAX_ARMS_DEEP:
            return self
        found = self._arms.get(arm.edges)
        if found is None:
            facts = self.facts.plus(Edge(a, b, c) for a, b, c in arm.edges)
            found = Order(self.terms, facts, passing=self.passing, depth=self._depth + 1)
            self._arms[arm.edges] = found
        return found

    def _joins(
        self, start: Node, bounds: Bounds, assumed: frozenset[Node], known: frozenset[Node]
    ) -> Iterator[tuple[Node, int]]:
        """Least and Choice bound what every one of their arms bounds, where it is chosen."""
        for node in self.terms.branching:
            term = self.terms[node]
            if isinstance(term, Least):
                found = [(bounds.get(arm), offset) for arm, offset in term.arms]
            else:
                assert isinstance(term, Choice)
                found = list(self._chosen(start, term, bounds, assumed, known))
            if found and all(bound is not None for bound, _ in found):
                yield node, max(bound - offset for bound, offset in found if bound is not None)

    def _chosen(
        self, start: Node, term: Choice, bounds: Bounds, assumed: frozenset[Node], known: frozenset[Node]
    ) -> Iterator[tuple[int | None, int]]:
        """For each arm that is possible its bound of ``start`` and its offset; a bound is None where there is none."""
        for arm in term.arms:
            if arm.node is None or not arm.absent.isdisjoint(known):
                continue
            if arm.node in bounds:
                yield bounds[arm.node], arm.offset
                continue
            if (not arm.edges and arm.present <= known) or not assumed <= self._presence.essential(frozenset({start})):
                yield None, 0
                return
            there = self._under(arm).uppers(start, assumed | arm.present)
            if there is not None:
                yield there.get(arm.node), arm.offset
