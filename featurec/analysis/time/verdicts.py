"""What is said of each column of a view, and of its rows: a verdict, and the path that led to it."""

from collections.abc import Iterable
from typing import Protocol

from featurec.analysis.model import TimeVerdict, TimeVerdicts, Verdict
from featurec.analysis.time.lengths import span_words
from featurec.analysis.time.nodes import (
    ZERO,
    Choice,
    Floor,
    Greatest,
    Least,
    Linear,
    MonthFloor,
    Node,
    Shift,
    Var,
    Zone,
)
from featurec.analysis.time.order import Order
from featurec.analysis.time.tables import Wait
from featurec.analysis.time.terms import Terms

_MOST = 8
_WORST: tuple[Verdict, ...] = ("refuted", "unproved", "proved")
_NAMELESS = frozenset({"the last of several", "a time", "the least", "then"})


class Judge(Protocol):
    """What decides about the instants of one case."""

    stamp: Linear | None
    strict: Order
    passing: Order

    def lateness(self, wait: Wait) -> int | None:
        """Microseconds by which the wait may end after the stamp; None where nothing says so."""


class Verdicts:
    """Verdicts in the making."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._found: dict[str | None, dict[str, Verdict]] = {}

    def note(self, output: str | None, wait: Wait, rule: str | None, judge: Judge) -> None:
        """One instant of a column, or of the rows (None): ``rule`` is the code that it breaks, None where it is known."""
        proved = rule is None or rule == "FC311"
        verdict: Verdict = "proved" if proved else "unproved" if rule == "FC399" else "refuted"
        self._found.setdefault(output, {}).setdefault(self._reason(wait, rule, judge), verdict)

    def of(self, outputs: Iterable[str]) -> TimeVerdicts:
        """The verdicts of these columns and of the rows."""
        return TimeVerdicts(self._verdict(None), {name: self._verdict(name) for name in outputs})

    def _verdict(self, output: str | None) -> TimeVerdict:
        found = self._found.get(output, {})
        worst: Verdict = next((verdict for verdict in _WORST if verdict in found.values()), "proved")
        reasons = sorted(reason for reason, verdict in found.items() if verdict == worst)
        return TimeVerdict(worst, tuple(reasons[:_MOST]))

    def _reason(self, wait: Wait, rule: str | None, judge: Judge) -> str:
        if wait.doubt and rule is not None:
            return wait.doubt
        if rule is None:
            return self._chain(wait, judge.strict, judge)
        if rule == "FC311":
            return f"{self._chain(wait, judge.passing, judge)}, until a later row comes"
        late = judge.lateness(wait)
        return f"nothing bounds {wait.what}" if late is None else f"{wait.what} ≤ the stamp + {span_words(late)}"

    def _chain(self, wait: Wait, order: Order, judge: Judge) -> str:
        """``a ≤ b ≤ the stamp``: what the wait is for, and the nodes through which the stamp bounds it."""
        nodes = order.path(wait.node, judge.stamp.plus) if judge.stamp is not None else []
        names = [wait.what, *(name for node in nodes[1:] if (name := self._name(node)))]
        distinct = [name for i, name in enumerate(names) if name not in names[:i]]
        return " ≤ ".join([*distinct, "the stamp"])

    def _name(self, node: Node) -> str:
        """A node for people; empty for one that only the checker knows."""
        term = self._terms[node]
        match term:
            case Var(name):
                return "" if name in _NAMELESS or node == ZERO else f"`{name}`"
            case Floor(inner, _, width):
                return f"{self._name(inner)} cut to {span_words(width)}"
            case MonthFloor(inner, _, months):
                return f"{self._name(inner)} cut to {months} months"
            case Shift(inner, _, months):
                return f"{self._name(inner)} and {months} months"
            case Zone(inner, _, zone, local):
                return f"{self._name(inner)} {'in' if local else 'of'} {zone}"
            case Greatest(arms):
                return "the latest of " + " and ".join(self._name(arm) for arm, _ in arms)
            case Least(arms):
                return "the earliest of " + " and ".join(self._name(arm) for arm, _ in arms)
            case Choice(choices):
                return "one of " + " and ".join(dict.fromkeys(self._name(arm.node) for arm in choices if arm.node))
