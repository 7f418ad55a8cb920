"""Random queries of which many say how old the rows may be that they read: those of ``grammar`` with bounds from below."""

from collections.abc import Sequence

from tests.leakage.expressions import SPANS, Chooser, Expressions
from tests.leakage.grammar import Grammar

_DAYS = ("a.k, date_trunc('day', a.t)", "a.k, CAST(a.t AS DATE)", "a.k, a.t", "date_trunc('month', a.t)", "a.k, a.u")


class Bounded(Expressions):
    """Expressions that mostly bound the times of one table by another's from below, each in some spelling."""

    def comparison(self, *tables: str) -> str:
        first = super().comparison(*tables)
        a, b = tables[0], tables[-1]
        if a == b or self.chance(20):
            return first
        return f"({first} AND {self.not_before(a, b)})"

    def not_before(self, a: str, b: str) -> str:
        """``b`` is not much older than ``a``: right spellings and wrong ones."""
        x, y = self.one(f"{a}.t", f"{a}.t", f"{a}.u"), self.one(f"{b}.t", f"{b}.t", f"{b}.u")
        span = self.one(*SPANS)
        return self.one(
            f"{y} >= {x} - {span}", f"{y} > {x} - {span}", f"{y} + {span} >= {x}", f"{x} - {y} <= {span}",
            f"{y} BETWEEN {x} - {span} AND {x}", f"{y} >= {self.day(x)}", f"{y} >= {self.day(x)} - {span}",
            f"{self.day(y)} = {self.day(x)}", f"{self.day(y)} >= {self.day(x)}", f"{y} = {x}", f"NOT {y} < {x} - {span}",
            f"date_diff('day', {y}, {x}) <= 1", f"date_diff('hour', {y}, {x}) BETWEEN 0 AND 24", f"abs(epoch({x}) - epoch({y})) < 3600",
            f"CAST({y} AS DATE) >= CAST({x} AS DATE) - 1", f"date_trunc('month', {y}) = date_trunc('month', {x})",
            f"coalesce({y}, {b}.t) >= {x} - {span}", f"greatest({y}, {b}.t) >= {x} - {span}", f"least({y}, {b}.t) >= {x} - {span}",
            f"({y} IS NULL OR {y} >= {x} - {span})", f"coalesce({y} >= {x} - {span}, false)", f"coalesce({y} >= {x}, true)",
            f"CASE WHEN {y} IS NULL THEN {b}.t ELSE {y} END >= {x} - {span}", f"{y} >= coalesce({x}, {a}.t) - {span}",
            f"{y} >= {x} - to_days({b}.v)", f"epoch_us({y}) >= epoch_us({x}) - 3600000000",
        )  # fmt: skip

    def over(self, ordered: bool = False, complete: bool = False) -> str:
        found = super().over(ordered, complete)
        if self.chance(50):
            return found
        days = self.one(*_DAYS)
        rest = found.removeprefix(found[: found.find("ORDER BY")]) if "ORDER BY" in found else ""
        return f"PARTITION BY {days} {rest}"


class BoundedGrammar(Grammar):
    """Makes one query."""

    def __init__(self, pick: Chooser, depths: Sequence[int] = (1, 1, 2, 2, 3)) -> None:
        super().__init__(pick, depths)
        self.say = Bounded(pick)
