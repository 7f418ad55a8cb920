"""What the checker knows of a relation: when its rows and values become known, case by case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from featurec.analysis.time.facts import Edge, Facts, Optional
from featurec.analysis.time.nodes import FUTURE, Linear, Node
from featurec.analysis.time.terms import Terms

HERE = -1
"""Blames the place where a column is first named, which a scan does not know yet."""
OTHER = "*"
"""Key of the value that stands for every column of a relation that is not known by name."""


@dataclass(frozen=True, slots=True)
class Wait:
    """An instant that a value or a row waits for.

    Attributes:
        node: when it is; FUTURE where nothing bounds it.
        rule: the code to report where it is later than the stamp.
        at: number of the syntax node that is to blame.
        what: of what it is the instant, for people.
        passing: a later row may replace the row (FC311), which is no leak as long as nothing is computed from it.
        lasting: it must come before the stamp for good, not only until a later row comes.
        assumed: that it is ``node`` is an assumption, to be told even where the claim holds.
        mild: a failure is a warning.
        side: number of the outer join on whose optional side alone the instant depends; 0 for none.
        presence: only whether the value is NULL is asked.
        doubt: what is missing for a verdict; a wait with a doubt is unproved rather than refuted.
        beside: other times of the same source row.
        unless: nodes of the side of an outer join that this says is missing; where one is not NULL, there is nothing to wait for.
        origin: key of the relation whose rows' instant it is, where that is asked.
    """

    node: Node
    rule: str
    at: int
    what: str = ""
    passing: bool = False
    lasting: bool = False
    assumed: bool = False
    mild: bool = False
    side: int = 0
    presence: bool = False
    doubt: str = ""
    beside: frozenset[Node] = frozenset()
    unless: frozenset[Node] = frozenset()
    origin: str = ""


Waits = frozenset[Wait]
NO_WAITS: Waits = frozenset()


@dataclass(frozen=True, slots=True)
class Pick:
    """A rank in a partition.

    Attributes:
        keys: columns of the partition.
        newest: it counts from the newest row, so that ``= 1`` keeps what is newest so far.
    """

    keys: frozenset[Node] = frozenset()
    newest: bool = True


@dataclass(frozen=True, slots=True)
class Growing:
    """A number that later rows can only raise, such as a count."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The greatest time of all rows: a row of that time is the newest so far."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a row's validity, written when the next version comes; NULL or far away until then.

    Attributes:
        coalesced: an open end reads as a far constant.
        by: microseconds added to it.
        width: what it is then cut to, as to its day; 0 for nothing.
    """

    coalesced: bool = False
    by: int = 0
    width: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """An interval: months, and microseconds."""

    months: int = 0
    microseconds: int = 0

    def times(self, factor: int) -> "Span":
        return Span(self.months * factor, self.microseconds * factor)


Nature = Pick | Growing | Newest | End | None


@dataclass(frozen=True)
class Value:
    """A column or expression in one case.

    Attributes:
        waits: instants at which it becomes known, beside those of the row it is in.
        linear: what it is in terms of nodes, where that is known.
        null: it is NULL in this case.
        constant: a number, a text or an interval that the SQL says.
        aware: it is an instant, not what clocks somewhere show.
        fields: of a struct of times.
    """

    waits: Waits = NO_WAITS
    linear: Linear | None = None
    null: bool = False
    constant: Fraction | str | Span | None = None
    nature: Nature = None
    aware: bool = False
    fields: Mapping[str, "Value"] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One alternative of what a row of a relation may be.

    Attributes:
        rows: instants at which the row's existence becomes known.
    """

    facts: Facts
    rows: Waits
    values: tuple[Value, ...]


class Named(Protocol):
    """A common table expression."""

    def table(self) -> "Table":
        """A fresh row of it."""


Ctes = Mapping[str, Named]


@dataclass(frozen=True)
class Row:
    """A row of the FROM clause of one SELECT, in one case.

    Attributes:
        tables: alias -> folded column name -> value.
        sides: alias -> number of the outer join on whose optional side it is.
        outer: the row that a subquery is computed for.
        aliases: names of the SELECT list.
        ctes: the common table expressions that its subqueries see.
    """

    facts: Facts
    rows: Waits
    tables: Mapping[str, Mapping[str, Value]]
    sides: Mapping[str, int] = field(default_factory=dict)
    outer: "Row | None" = None
    aliases: Mapping[str, Value] = field(default_factory=dict)
    ctes: "Ctes" = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A relation.

    Attributes:
        keys: folded column names.
        cases: at least one row is in each; none for a relation that is empty.
        own: variables made for it; other relations know nothing of them.
        open: it may have columns that are not known by name.
        unique: sets of columns of which no two rows have the same values.
    """

    keys: tuple[str, ...]
    cases: tuple[Case, ...]
    own: frozenset[Node] = frozenset()
    open: bool = False
    unique: tuple[frozenset[str], ...] = ()

    def named(self, keys: Iterable[str]) -> "Table":
        """With the first columns called so."""
        new = list(keys)
        names = dict(zip(self.keys, new, strict=False))
        unique = tuple(frozenset(names.get(key, key) for key in columns) for columns in self.unique)
        return replace(self, keys=(*new, *self.keys[len(new) :]), unique=unique) if new else self


@dataclass(frozen=True)
class Way:
    """One way in which a condition holds: all of these facts, nodes that are not NULL, and nodes that are."""

    edges: tuple[Edge, ...] = ()
    present: frozenset[Node] = frozenset()
    absent: frozenset[Node] = frozenset()


class Renaming:
    """Makes a copy of relations: other rows of the same ones."""

    def __init__(self, terms: Terms, own: frozenset[Node]) -> None:
        self.terms = terms
        self.names = {node: terms.copied(node) for node in sorted(own)}
        self._done: dict[Node, Node] = {}
        for node, copy in self.names.items():
            needed = terms.needed(node) - {node}
            if needed:
                terms.require(copy, map(self.node, needed))
            rank = terms.ranks.get(node)
            if rank is not None:
                order, keys = self.node(rank.order), tuple(map(self.node, rank.keys))
                terms.note_rank(copy, replace(rank, order=order, keys=keys))

    @property
    def own(self) -> frozenset[Node]:
        return frozenset(self.names.values())

    def node(self, node: Node) -> Node:
        return self.terms.renamed(node, self.names, self._done)

    def facts(self, facts: Facts) -> Facts:
        return Facts(
            tuple(replace(e, low=self.node(e.low), high=self.node(e.high)) for e in facts.edges),
            frozenset(map(self.node, facts.present)),
            tuple(
                Optional(frozenset(map(self.node, o.variables)), frozenset(map(self.node, o.present)))
                for o in facts.optional
            ),
        )

    def waits(self, waits: Waits) -> Waits:
        return frozenset(map(self.wait, waits))

    def wait(self, wait: Wait) -> Wait:
        beside, unless = frozenset(map(self.node, wait.beside)), frozenset(map(self.node, wait.unless))
        return replace(wait, node=self.node(wait.node), beside=beside, unless=unless)

    def value(self, value: Value) -> Value:
        linear = value.linear
        if linear is not None:
            linear = replace(linear, plus=self.node(linear.plus), minus=self.node(linear.minus))
        fields = {key: self.value(inner) for key, inner in value.fields.items()}
        nature = value.nature
        if isinstance(nature, Pick):
            nature = replace(nature, keys=frozenset(map(self.node, nature.keys)))
        return replace(value, waits=self.waits(value.waits), linear=linear, nature=nature, fields=fields)

    def row(self, row: Row) -> Row:
        tables = {alias: {k: self.value(v) for k, v in values.items()} for alias, values in row.tables.items()}
        aliases = {k: self.value(v) for k, v in row.aliases.items()}
        return replace(row, facts=self.facts(row.facts), rows=self.waits(row.rows), tables=tables, aliases=aliases)

    def case(self, case: Case) -> Case:
        return Case(self.facts(case.facts), self.waits(case.rows), tuple(map(self.value, case.values)))


def copied(table: Table, terms: Terms) -> Table:
    """Another row of the same relation."""
    renaming = Renaming(terms, table.own)
    return replace(table, cases=tuple(map(renaming.case, table.cases)), own=renaming.own)


def later(rule: str, at: int, what: str, doubt: str = "") -> Wait:
    """A wait that nothing bounds."""
    return Wait(FUTURE, rule, at, what, doubt=doubt)


NEVER_SETTLED = frozenset({"FC304", "FC307", "FC308", "FC312", "FC313"})


def passing(waits: Waits) -> Waits:
    """The waits of a pick: a later row may take the place of the one that is picked. What is never known stays so."""
    return frozenset(w if w.rule in NEVER_SETTLED else replace(w, passing=True) for w in waits)


def equal(a: Linear | None, b: Linear | None) -> list[Edge]:
    """The facts of ``a = b`` for values of one node each."""
    if a is None or b is None or a.unit != b.unit:
        return []
    return difference(a, b, 0) + difference(b, a, 0)


def difference(low: Linear, high: Linear, by: int) -> list[Edge]:
    """The fact ``low <= high + by`` (in microseconds), where it is about two nodes."""
    plus = [n for n in (low.plus, high.minus) if n]
    minus = [n for n in (high.plus, low.minus) if n]
    for node in list(plus):
        if node in minus:
            plus.remove(node)
            minus.remove(node)
    if len(plus) > 1 or len(minus) > 1 or not (plus or minus):
        return []
    return [Edge(plus[0] if plus else 0, minus[0] if minus else 0, high.offset - low.offset + by)]
