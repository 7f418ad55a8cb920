"""All nodes of one check, each kept once, and what follows from what they are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import gcd

from featurec.analysis.time.nodes import (
    DAY,
    ZERO,
    Arm,
    Choice,
    Floor,
    Greatest,
    Kind,
    Least,
    Linear,
    MonthFloor,
    Node,
    Rank,
    Shift,
    Term,
    Var,
    Zone,
)


@dataclass
class Terms:
    """All nodes of one check.

    Attributes:
        users: node -> terms that are made of it.
        branching: terms of which one arm is taken.
        steps: that the searches for bounds have taken.
        ranks: numbers of rows -> what they say; ``ranked``: time -> the numbers that rows have by it.
        backward: it is asked how old the rows are that a row is made of, instead of whether they are known.
    """

    terms: list[Term] = field(
        default_factory=lambda: [Var("1970", 0, True, kind="time"), Var("later", 1, True, kind="time")]
    )
    users: dict[Node, list[Node]] = field(default_factory=dict)
    branching: list[Node] = field(default_factory=list)
    steps: int = 0
    ranks: dict[Node, Rank] = field(default_factory=dict)
    ranked: dict[Node, list[Node]] = field(default_factory=dict)
    backward: bool = False
    _numbers: dict[Term, Node] = field(default_factory=dict)
    _lasts: dict[object, Node] = field(default_factory=dict)
    _alike: dict[object, list[Node]] = field(default_factory=dict)
    _residues: dict[tuple[Node, int], int | None] = field(default_factory=dict)
    _grids: dict[Node, int] = field(default_factory=dict)
    _variables: list[frozenset[Node]] = field(default_factory=lambda: [frozenset(), frozenset()])
    _needed: list[frozenset[Node]] = field(default_factory=lambda: [frozenset(), frozenset()])

    def __getitem__(self, node: Node) -> Term:
        return self.terms[node]

    def var(self, name: str, *, total: bool = False, grid: int = 0, kind: Kind = "unknown") -> Node:
        """A new variable, equal to no other."""
        return self._add(Var(name, len(self.terms), total, grid, kind))

    def kind(self, node: Node) -> Kind:
        """What a node is made of."""
        kinds = {term.kind for n in self._variables[node] if isinstance(term := self[n], Var)} or {"time"}
        return kinds.pop() if len(kinds) == 1 else "unknown"

    def is_temporal(self, node: Node) -> bool:
        """Whether it may be a time."""
        return self.kind(node) != "number"

    def is_whole(self, linear: Linear) -> bool:
        """Whether it is a whole number of microseconds for certain, so that less is less by one at least."""
        return self.kind(linear.plus) == self.kind(linear.minus) == "time"

    def copied(self, node: Node) -> Node:
        """Another variable of the same kind."""
        term = self.terms[node]
        assert isinstance(term, Var)
        return self._add(replace(term, serial=len(self.terms)))

    def made_since(self, start: int) -> frozenset[Node]:
        """The variables among the nodes from a number on."""
        return frozenset(n for n in range(start, len(self.terms)) if isinstance(self.terms[n], Var))

    def variables(self, node: Node) -> frozenset[Node]:
        """The variables that a node is made of."""
        return self._variables[node]

    def needed(self, node: Node) -> frozenset[Node]:
        """The nodes, all variables among them, that are not NULL where a node is not."""
        return self._needed[node]

    def like(self, term: Term) -> Sequence[Node]:
        """The nodes made by the same function."""
        return self._alike.get(_function(term), ())

    def argument(self, node: Node) -> Node:
        """The node that a function of one node is NULL with; any other node itself."""
        term = self[node]
        while isinstance(term, Floor | MonthFloor | Shift | Zone):
            node, term = term.node, self[term.node]
        return node

    def last_of(self, bounds: Mapping[Node, int], tops: Sequence[tuple[Node, int]]) -> Node:
        """The last instant of any number that are all at most ``high + by``; of equal bounds it is the same.

        Where there is none of them there is nothing to wait for; where there is one, what bounds it is not NULL.
        """
        key = (frozenset(bounds.items()), frozenset(tops))
        node = self._lasts.get(key)
        if node is None:
            node = self._lasts[key] = self.var("the last of several", total=True, kind="time")
            self._needed[node] = self._needed[node].union(bounds, *(self._needed[high] for high in bounds))
        return node

    def first_of(self, bounds: Mapping[Node, int]) -> Node:
        """The first instant of any number for which all ``low <= it + by``; of equal bounds it is the same."""
        key = frozenset(bounds.items())
        node = self._lasts.get(key)
        if node is None:
            node = self._lasts[key] = self.var("the first of several", total=True, kind="time")
        return node

    def rank(self, rank: Rank) -> Node:
        """A new number of a row."""
        node = self.var("rank", total=True, kind="number")
        self.note_rank(node, rank)
        return node

    def note_rank(self, node: Node, rank: Rank) -> None:
        """Say of what a number is the rank."""
        self.ranks[node] = rank
        self.ranked.setdefault(rank.order, []).append(node)

    def require(self, node: Node, others: Iterable[Node]) -> None:
        """Say that where a node is not NULL, neither are these."""
        self._needed[node] = self._needed[node].union(others)

    def term(self, term: Term) -> Node:
        """The node of a term."""
        found = self._numbers.get(term)
        return self._add(term) if found is None else found

    def floor(self, time: Linear, width: int, phase: int = 0) -> Linear:
        """``date_trunc`` to a fixed width, ``time_bucket``, cast to date."""
        if time.plus == ZERO:
            return Linear(offset=(time.offset + phase) // width * width - phase)
        inner = self[time.plus]
        whole, rest = divmod(time.offset, width)
        if isinstance(inner, Floor) and inner.width % width == 0 and (inner.phase - phase) % width == 0:
            return Linear(time.plus, offset=whole * width)
        residue = self.residue(time.plus, width)
        if residue is not None:
            return Linear(time.plus, offset=(residue + time.offset + phase) // width * width - phase - residue)
        return Linear(self.term(Floor(time.plus, rest, width, phase)), offset=whole * width)

    def month_floor(self, time: Linear, months: int) -> Linear:
        """``date_trunc`` to months, quarters or years."""
        node = self.term(MonthFloor(time.plus, time.offset, months))
        self.term(Shift(node, 0, months))
        return Linear(node)

    def shift(self, time: Linear, months: int) -> Linear:
        """A time and so many months."""
        if not months:
            return time
        inner = self[time.plus]
        if isinstance(inner, Shift) and not time.offset and self.starts_month(inner.node, inner.offset):
            return self.shift(Linear(inner.node, offset=inner.offset), inner.months + months)
        return Linear(self.term(Shift(time.plus, time.offset, months)))

    def starts_month(self, node: Node, offset: int = 0) -> bool:
        """Whether it is certainly midnight of the first day of a month."""
        term = self[node]
        if offset:
            return False
        return isinstance(term, MonthFloor) or (isinstance(term, Shift) and self.starts_month(term.node, term.offset))

    def residue(self, node: Node, width: int) -> int | None:
        """What the node is modulo ``width``, where that is the same for all its values."""
        key = (node, width)
        if key not in self._residues:
            self._residues[key] = self._residue(node, width)
        return self._residues[key]

    def _residue(self, node: Node, width: int) -> int | None:
        term = self[node]
        match term:
            case Var():
                known = node == ZERO or (term.grid and term.grid % width == 0)
                return 0 if known else None
            case Floor():
                return -term.phase % width if term.width % width == 0 else None
            case MonthFloor():
                return 0 if DAY % width == 0 else None
            case Shift():
                inner = self.residue(term.node, width) if DAY % width == 0 else None
                return None if inner is None else (inner + term.offset) % width
            case Greatest() | Least():
                arms: Iterable[tuple[Node | None, int]] = term.arms
            case Choice():
                arms = [(arm.node, arm.offset) for arm in term.arms if arm.node is not None]
            case Zone():
                return None
        found = set()
        for arm, offset in arms:
            assert arm is not None
            inner = self.residue(arm, width)
            if inner is None:
                return None
            found.add((inner + offset) % width)
        return found.pop() if len(found) == 1 else None

    def grid(self, node: Node) -> int:
        """The widest grid that the node's values are known to lie on; 0 for a constant, 1 for none."""
        found = self._grids.get(node)
        if found is None:
            found = self._grids[node] = self._grid(node)
        return found

    def _grid(self, node: Node) -> int:
        term = self[node]
        match term:
            case Var():
                return 0 if node == ZERO else (term.grid or 1)
            case Floor():
                return term.width
            case MonthFloor():
                return DAY
            case Shift():
                return DAY if self.residue(node, DAY) is not None else 1
            case Greatest() | Least() | Choice():
                return DAY if self.residue(node, DAY) is not None else 1
            case Zone():
                return 1

    def renamed(self, node: Node, names: Mapping[Node, Node], done: dict[Node, Node]) -> Node:
        """The node with its variables replaced; ``done`` remembers what was replaced before."""
        if self._variables[node].isdisjoint(names):
            return node
        found = done.get(node)
        if found is None:
            term = self[node]
            found = names[node] if isinstance(term, Var) else self.term(self._renamed(term, names, done))
            done[node] = found
        return found

    def _renamed(self, term: Term, names: Mapping[Node, Node], done: dict[Node, Node]) -> Term:
        match term:
            case Greatest() | Least():
                return replace(term, arms=tuple((self.renamed(n, names, done), o) for n, o in term.arms))
            case Choice():
                return Choice(tuple(self._renamed_arm(arm, names, done) for arm in term.arms))
            case Var():
                return term
            case _:
                return replace(term, node=self.renamed(term.node, names, done))

    def _renamed_arm(self, arm: Arm, names: Mapping[Node, Node], done: dict[Node, Node]) -> Arm:
        def new(node: Node) -> Node:
            return self.renamed(node, names, done)

        return Arm(
            None if arm.node is None else new(arm.node),
            arm.offset,
            tuple((new(a), new(b), c) for a, b, c in arm.edges),
            frozenset(map(new, arm.present)),
            frozenset(map(new, arm.absent)),
        )

    def _needed_of(self, term: Term) -> frozenset[Node]:
        match term:
            case Var():
                return frozenset()
            case Greatest(arms, strict) | Least(arms, strict):
                needs = [self._needed[node] for node, _ in arms]
                return frozenset().union(*needs) if strict else _shared(needs)
            case Choice(arms):
                return _shared([self._needed[arm.node] for arm in arms if arm.node is not None])
            case _:
                return self._needed[term.node]

    def _add(self, term: Term) -> Node:
        node = len(self.terms)
        self.terms.append(term)
        self._numbers[term] = node
        self._alike.setdefault(_function(term), []).append(node)
        parts = list(_parts(term))
        own = frozenset({node}) if isinstance(term, Var) else frozenset()
        self._variables.append(own.union(*(self._variables[part] for part in parts)))
        self._needed.append(own or self._needed_of(term))
        for part in dict.fromkeys(parts):
            self.users.setdefault(part, []).append(node)
        if isinstance(term, Least | Choice):
            self.branching.append(node)
        return node


def _function(term: Term) -> tuple[object, ...]:
    match term:
        case Floor():
            return (Floor, term.width, term.phase)
        case MonthFloor() | Shift():
            return (type(term), term.months)
        case Zone():
            return (Zone, term.zone, term.local)
    return (type(term),)


def _shared(sets: Sequence[frozenset[Node]]) -> frozenset[Node]:
    return frozenset.intersection(*sets) if sets else frozenset()


def _parts(term: Term) -> Iterable[Node]:
    match term:
        case Var():
            return ()
        case Greatest() | Least():
            return [node for node, _ in term.arms]
        case Choice():
            return [
                node
                for arm in term.arms
                for node in (arm.node, *(n for a, b, _ in arm.edges for n in (a, b)), *arm.present, *arm.absent)
                if node is not None
            ]
        case _:
            return (term.node,)


def common_grid(a: int, b: int) -> int:
    """The grid on which the difference of two nodes of these grids lies."""
    return gcd(a, b)
