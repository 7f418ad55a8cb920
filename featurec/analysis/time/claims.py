"""The claim of a view: everything in a row is known at its stamp. What of it does not hold is a breach."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from featurec.analysis.time.clocks import instant
from featurec.analysis.time.nodes import FUTURE, Greatest, Linear, Node
from featurec.analysis.time.order import MAX_STEPS, Order
from featurec.analysis.time.queries import Queries
from featurec.analysis.time.tables import NEVER_SETTLED, Case, Table, Value, Wait
from featurec.analysis.time.verdicts import Verdicts

_FOLLOWING = ("FC301", "FC302", "FC303", "FC305", "FC306", "FC309", "FC310")
_LOST = "what the stamp is could not be followed"
_TIRED = "there are too many times in this query to find out how each is bounded by the others"


@dataclass
class Breach:
    """A part of the claim that does not hold, or cannot be shown to.

    Attributes:
        rule: code.
        at: number of the syntax node to blame.
        mild: a warning.
        whats: of what the instants come too late, for people.
        outputs: columns that are affected, in order.
        rows: whether the existence of rows is.
        late: microseconds after the stamp at which the instants come at the latest; None where nothing bounds them.
    """

    rule: str
    at: int
    mild: bool
    whats: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    rows: bool = False
    late: int | None = 0

    def add(self, output: str | None, what: str, late: int | None) -> None:
        """One more instant; ``output`` is None where it is that of a row."""
        if output is None:
            self.rows = True
        elif output not in self.outputs:
            self.outputs.append(output)
        if what not in self.whats:
            self.whats.append(what)
        self.late = None if late is None or self.late is None else max(self.late, late)


@dataclass(frozen=True)
class Claim:
    """What is claimed of each row of a query.

    Attributes:
        stamp: columns whose latest is the instant at which a row may be used; none for rows that are made on request.
        delay: microseconds added to the last of them.
        zones: of the columns of ``stamp``; None for an instant.
        labels: columns that may know the future; None for a query that has none, a feature view.
    """

    stamp: tuple[str, ...]
    delay: int = 0
    labels: frozenset[str] | None = None
    zones: tuple[str | None, ...] = ()


def breaches(queries: Queries, table: Table, claim: Claim, verdicts: Verdicts) -> list[Breach]:
    """What of a claim fails of the relation of a whole query, in order of columns; all of it goes into the verdicts."""
    found: dict[tuple[str, int, bool], Breach] = {}
    for case in table.cases:
        values = dict(zip(table.keys, case.values, strict=False))
        stamps = [values.get(name) for name in claim.stamp]
        if any(stamp is not None and stamp.null for stamp in stamps):
            continue
        judge = _Judge(queries, case, stamps, claim)
        rows = [wait for wait in case.rows if claim.labels is None or not _asks(wait)]
        early = [wait for wait in rows if wait.rule == "FC315" and judge.of(wait) == ("FC315", False)]
        shown = [(name, value.waits) for name, value in values.items() if name not in (claim.labels or ())]
        for name, waits in [(None, rows), *shown]:
            for wait in sorted(waits, key=lambda w: (w.at, w.rule, w.what, w.node)):
                verdict = judge.of(wait)
                verdicts.note(name, wait, None if verdict is None else verdict[0], judge)
                if verdict is not None:
                    # What is known once the row itself is has no fault but the row's.
                    root = next((w for w in early if verdict[0] in _FOLLOWING and judge.follows(wait, w)), None)
                    rule, mild = verdict if root is None else ("FC315", False)
                    at, what = (wait.at, wait.what) if root is None else (root.at, root.what)
                    breach = found.setdefault((rule, at, mild), Breach(rule, at, mild))
                    breach.add(name, judge.doubt(wait, rule) or what, judge.lateness(root or wait))
    return list(found.values())


class _Judge:
    """Compares instants with the stamp of one case."""

    def __init__(self, queries: Queries, case: Case, stamps: Sequence[Value | None], claim: Claim) -> None:
        self.stamp = stamp_of(queries, stamps, claim)
        self.claim = claim
        # What the stamp is could not be followed, which is told of it itself.
        self.is_lost = self.stamp is None and any(w.doubt for value in stamps if value is not None for w in value.waits)
        facts = case.facts
        if self.stamp is not None:
            # A row whose stamp is NULL is not used.
            facts = facts.plus(present=[self.stamp.plus])
        self.strict = Order(queries.terms, facts)
        self.passing = Order(queries.terms, facts, passing=True)

    def of(self, wait: Wait) -> tuple[str, bool] | None:
        """Rule and mildness of a wait that is not over at the stamp; None where it is, or where a label may wait for it."""
        if wait.unless and self.strict.knows(wait.unless):
            return None
        if self._holds(self.strict, wait.node):
            return (wait.rule, True) if wait.assumed else None
        if not wait.lasting and (wait.passing or self._holds(self.passing, wait.node)):
            return "FC311", True
        if wait.doubt or (wait.rule not in NEVER_SETTLED and (self.is_lost or self.is_tired())):
            return "FC399", True
        return self._rule(wait), wait.mild

    def follows(self, wait: Wait, other: Wait) -> bool:
        """Whether a wait is over when another one is."""
        return wait.node != FUTURE and self.strict.at_most(wait.node, other.node)

    def doubt(self, wait: Wait, rule: str) -> str:
        """Why nothing can be said of an instant; empty where something can."""
        return wait.doubt or ("" if rule != "FC399" else _LOST if self.is_lost else _TIRED)

    def is_tired(self) -> bool:
        """Whether the search for bounds was given up, so that none that is missing says anything."""
        return self.strict.terms.steps > MAX_STEPS

    def lateness(self, wait: Wait) -> int | None:
        """Microseconds by which the wait may end after the stamp; None where nothing says so."""
        if self.stamp is None or wait.node == FUTURE:
            return None
        bound = (self.strict.uppers(wait.node) or {}).get(self.stamp.plus)
        return None if bound is None else bound - self.stamp.offset

    def _rule(self, wait: Wait) -> str:
        """Where another time of the same row is bounded, the row is known later than that time; a label that is filtered by."""
        if wait.rule == "FC308" and wait.lasting and self.claim.labels is not None:
            return "FC314"
        if wait.rule == "FC305" and any(self._holds(self.strict, node) for node in wait.beside):
            return "FC309"
        return wait.rule

    def _holds(self, order: Order, node: Node) -> bool:
        if self.stamp is None or node == FUTURE:
            return False
        return order.at_most(node, self.stamp.plus, self.stamp.offset)


def _asks(wait: Wait) -> bool:
    """What the rows of a spine may wait for: that what is asked about happens, and has an answer."""
    return (wait.rule == "FC315" and not wait.doubt) or wait.side > 0 or (wait.rule == "FC308" and wait.presence)


def stamp_of(queries: Queries, stamps: Sequence[Value | None], claim: Claim) -> Linear | None:
    """The instant from which a row may be used; None where it is no time that could be followed."""
    known = [value.linear if value is not None else None for value in stamps]
    times = [
        instant(queries.terms, linear, zone)
        for linear, zone in zip_longest(known, claim.zones)
        if linear is not None and linear.is_time
    ]
    if len(times) != len(stamps) or not times:
        return None
    # The delay is that of the last, which says when the row is available.
    *before, last = times
    last = replace(last, offset=last.offset + claim.delay)
    if not before:
        return last
    return Linear(queries.terms.term(Greatest(tuple((t.plus, t.offset) for t in (*before, last)), strict=True)))
