"""Recursive common table expressions: what holds of every row, however often it went round.

A row of one stands for all rows of it that a round may read: a variable for each column, and one for the instant at which
the row was known. What the first rows say of their order is taken to hold, and given up where a round does not keep it;
what is left when a round keeps all of it holds of every row.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from featurec.analysis.time.facts import Edge, Facts
from featurec.analysis.time.nodes import DAY, FUTURE, Kind, Linear, Node
from featurec.analysis.time.order import Order
from featurec.analysis.time.tables import HERE, NO_WAITS, Case, Table, Value, Wait, Waits, copied, later
from featurec.analysis.time.terms import Terms

_MAX_ROUNDS = 12
_DOUBT = "what rows of a recursive query wait for was not found out"


@dataclass
class Summary:
    """What holds of every row so far.

    Attributes:
        lags: by how much a row may be known later than each column says; None where nothing is waited for yet.
        orders: (low, high) -> by how much one column may come after another.
        present: columns that are not NULL.
        daily: columns that are midnights.
        kinds: of the columns.
        never: what each column waits for without end.
        rows: what the rows wait for without end.
        first: an instant that rows wait for, to tell of.
    """

    width: int
    lags: dict[int, int] | None = None
    orders: dict[tuple[int, int], int] = field(default_factory=dict)
    present: set[int] = field(default_factory=set)
    daily: set[int] = field(default_factory=set)
    kinds: dict[int, Kind] = field(default_factory=dict)
    never: dict[int, Waits] = field(default_factory=dict)
    rows: Waits = NO_WAITS
    first: Wait | None = None
    _is_first_round: bool = True

    @classmethod
    def of(cls, terms: Terms, table: Table) -> "Summary":
        """What the first rows say."""
        found = cls(len(table.keys))
        columns = range(found.width)
        views = [_View(terms, case) for case in table.cases]
        found.orders = {
            (a, b): by for a in columns for b in columns if a != b and (by := _worst(views, a, b)) is not None
        }
        found.present = {k for k in columns if all(view.is_present(k) for view in views)}
        found.daily = {k for k in columns if all(view.is_daily(k) for view in views)}
        found.kinds = {k: kind for k in columns if len(kinds := {v.kind(k) for v in views}) == 1 for kind in kinds}
        found._wait(views)
        return found

    def keeps(self, terms: Terms, table: Table) -> bool:
        """Whether the rows of a round keep what is said of all; what they do not keep is given up."""
        before = self._state()
        views = [_View(terms, case) for case in table.cases]
        for (low, high), by in list(self.orders.items()):
            if any(not view.is_ordered(low, high, by) for view in views):
                del self.orders[low, high]
        self.present = {k for k in self.present if all(view.is_present(k) for view in views)}
        self.daily = {k for k in self.daily if all(view.is_daily(k) for view in views)}
        self.kinds = {k: kind for k, kind in self.kinds.items() if all(view.kind(k) == kind for view in views)}
        self._wait(views)
        return self._state() == before

    def give_up(self) -> None:
        """Say nothing of the order of columns and rows."""
        self.orders, self.present, self.daily, self.kinds = {}, set(), set(), {}
        self.lags = None if self.lags is None else {}

    def table(self, terms: Terms, keys: Sequence[str]) -> Table:
        """A row that stands for all."""
        own = [
            terms.var(key, grid=DAY if k in self.daily else 0, kind=self.kinds.get(k, "unknown"))
            for k, key in enumerate(keys)
        ]
        edges = [Edge(own[low], own[high], by) for (low, high), by in self.orders.items()]
        waits = self.rows
        if self.lags is not None and self.first is not None:
            known = terms.var(self.first.what, total=True, kind="time")
            edges += [Edge(known, own[k], by) for k, by in self.lags.items()]
            waits |= {replace(self.first, node=known, passing=False, doubt=_DOUBT)}
        values = tuple(Value(self.never.get(k, NO_WAITS), Linear(node)) for k, node in enumerate(own))
        case = Case(Facts(tuple(edges), frozenset(own[k] for k in self.present)), waits, values)
        return Table(tuple(keys), (case,), terms.made_since(own[0]) if own else frozenset())

    def _state(self) -> tuple[object, ...]:
        lags = None if self.lags is None else dict(self.lags)
        never = {k: len(waits) for k, waits in self.never.items()}
        return lags, len(self.orders), len(self.present), len(self.daily), len(self.kinds), never, len(self.rows)

    def _wait(self, views: Iterable["_View"]) -> None:
        for view in views:
            case = view.case
            self.rows = _with_endless(self.rows, case.rows)
            for k, value in enumerate(case.values[: self.width]):
                self.never[k] = _with_endless(self.never.get(k, NO_WAITS), value.waits)
            waits = case.rows.union(*(value.waits for value in case.values))
            for wait in sorted((w for w in waits if w.node != FUTURE), key=lambda w: (w.at, w.node)):
                self.first = self.first or wait
                found = {k: by for k in range(self.width) if (by := view.lag(wait.node, k)) is not None}
                # A column that is NULL says nothing of when the row is known.
                void = {k for k in range(self.width) if view.is_null(k)}
                if self.lags is None:
                    self.lags = found
                elif self._is_first_round:
                    kept = {k: max(by, found.get(k, by)) for k, by in self.lags.items() if k in found or k in void}
                    self.lags = kept
                else:
                    self.lags = {k: by for k, by in self.lags.items() if k in void or found.get(k, by + 1) <= by}
        self._is_first_round = self.lags is None


def _with_endless(known: Waits, waits: Waits) -> Waits:
    """With those of further waits that never end, each once."""
    said = {(wait.rule, wait.what) for wait in known}
    return known | {wait for wait in waits if wait.node == FUTURE and (wait.rule, wait.what) not in said}


@dataclass
class _View:
    """The columns of one case."""

    terms: Terms
    case: Case

    def __post_init__(self) -> None:
        self.order = Order(self.terms, self.case.facts)

    def linear(self, k: int) -> Linear | None:
        found = self.case.values[k].linear if k < len(self.case.values) else None
        return found if found is not None and found.is_time else None

    def is_null(self, k: int) -> bool:
        return k < len(self.case.values) and self.case.values[k].null

    def is_present(self, k: int) -> bool:
        linear = self.linear(k)
        return linear is not None and self.order.is_present(linear.plus)

    def is_daily(self, k: int) -> bool:
        linear = self.linear(k)
        return linear is not None and self.terms.residue(linear.plus, DAY) == -linear.offset % DAY

    def kind(self, k: int) -> Kind:
        linear = self.linear(k)
        return "unknown" if linear is None else self.terms.kind(linear.plus)

    def lag(self, node: Node, k: int) -> int | None:
        """By how much an instant may come after a column, where that is not NULL."""
        linear = self.linear(k)
        if linear is None:
            return None
        order = Order(self.terms, self.case.facts.plus(present=[linear.plus]))
        bounds = order.uppers(node)
        bound = None if bounds is None else bounds.get(linear.plus)
        return None if bound is None else bound - linear.offset

    def ordered(self, low: int, high: int) -> int | None:
        a = self.linear(low)
        bound = None if a is None else self.lag(a.plus, high)
        return None if bound is None or a is None else bound + a.offset

    def is_ordered(self, low: int, high: int, by: int) -> bool:
        if self.is_null(low) or self.is_null(high):
            return True
        found = self.ordered(low, high)
        return found is not None and found <= by


def _worst(views: Sequence[_View], low: int, high: int) -> int | None:
    found = [view.ordered(low, high) for view in views if not view.is_null(low) and not view.is_null(high)]
    known = [by for by in found if by is not None]
    return max(known) if known and len(known) == len(found) else None


class Reading:
    """The rows of a recursive query, as a round of it or what comes after reads them."""

    def __init__(self, terms: Terms, table: Table) -> None:
        self._terms = terms
        self._table = table

    def table(self) -> Table:
        """A fresh row of it."""
        return copied(self._table, self._terms)


def recursive(terms: Terms, base: Table, rounds: Callable[[Reading], Table]) -> Table:
    """All rows of a recursive query.

    Args:
        base: its first rows.
        rounds: the rows that one round makes of others.
    """
    if not base.cases:
        return base
    summary = Summary.of(terms, base)
    cases = [*base.cases]
    for count in range(_MAX_ROUNDS):
        if count == _MAX_ROUNDS - 1:
            summary.give_up()
        made = rounds(Reading(terms, summary.table(terms, base.keys)))
        if summary.keeps(terms, made):
            break
    else:
        doubt = later("FC399", HERE, _DOUBT, doubt=_DOUBT)
        made = replace(made, cases=tuple(replace(case, rows=case.rows | {doubt}) for case in made.cases))
    if summary.lags == {}:
        # What a single round makes is certain.
        cases += rounds(Reading(terms, base)).cases
    cases += made.cases
    width = len(base.keys)
    return replace(base, cases=tuple(replace(case, values=case.values[:width]) for case in cases))
