"""Random expressions over relations with the columns ``k``, ``v``, ``t`` and ``u``, aimed at the boundaries of time rules.

What comes first among several is the simplest, since a failing query shrinks towards it.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")

SPANS = (
    "INTERVAL 1 DAY", "INTERVAL 1 MICROSECOND", "INTERVAL 1 HOUR", "INTERVAL 2 DAY", "INTERVAL 25 HOUR", "INTERVAL 1 MONTH",
)  # fmt: skip
WIDTHS = ("day", "day", "hour", "month")
FAR = "TIMESTAMP '9999-12-31'"
NEAR = "TIMESTAMP '2024-02-01'"


class Chooser(Protocol):
    """Where randomness comes from; ``random.Random`` is one."""

    def choice(self, options: Sequence[T]) -> T:
        """One of several."""

    def random(self) -> float:
        """From 0 on and below 1."""


class Expressions:
    """Makes expressions. Attributes: ``pick``, the source of randomness."""

    def __init__(self, pick: Chooser) -> None:
        self.pick = pick

    def one(self, *options: str) -> str:
        """One of several texts."""
        return self.pick.choice(options)

    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""
        return self.pick.random() < percent / 100

    # Values

    def number(self, *tables: str) -> str:
        """A value that may tell what a row knows."""
        a, b = self.one(*tables), self.one(*tables)
        return self.one(
            f"{b}.v", f"{b}.v", f"coalesce({b}.v, {a}.v)", f"date_diff('hour', {a}.t, {b}.t)",
            f"CASE WHEN {a}.t <= {b}.t THEN {a}.v ELSE {b}.v END", f"CASE WHEN {b}.u IS NULL THEN 1 ELSE 0 END",
            f"CASE WHEN {b}.t <= {a}.t THEN {b}.v END", f"CASE WHEN {b}.u <= {a}.t THEN 1 ELSE 0 END",
            f"year({a}.t) * 100 + month({b}.u)",
        )  # fmt: skip

    def aggregate(self, table: str, beside: str = "") -> str:
        """An aggregate of a group's rows. ``beside``: a relation that the group has one row of."""
        condition = self.one(
            f"{table}.v > 1", f"{table}.u <= {table}.t", f"{table}.u IS NULL", f"{table}.v IN (1, 3)", f"{table}.t < {table}.u"
        )  # fmt: skip
        if beside:
            condition = self.one(f"{table}.t <= {beside}.t", self.comparison(beside, table), condition)
        return self.one(
            "count(*)", f"sum({table}.v)", f"min({table}.v)", f"count(DISTINCT {table}.v)", f"max({table}.v)",
            f"sum({table}.v) FILTER (WHERE {condition})", f"count(CASE WHEN {condition} THEN 1 END)",
            f"sum(CASE WHEN {condition} THEN {table}.v ELSE 0 END)", f"avg(CASE WHEN {condition} THEN 1 ELSE 0 END)",
            f"arg_max({table}.v, ({table}.t, {table}.v))", f"arg_min({table}.v, ({table}.t, {table}.v))", f"count({table}.u)",
            f"bool_or({condition})", f"max(CASE WHEN {condition} THEN {table}.v END)", f"count(DISTINCT CAST({table}.t AS DATE))",
            f"date_diff('hour', min({table}.t), max({table}.t))", f"sum({table}.v) / count(*)",
        )  # fmt: skip

    # Times

    def moment(self, *tables: str) -> str:
        """A time column."""
        return f"{self.one(*tables)}.{self.one('t', 't', 'u')}"

    def day(self, x: str) -> str:
        """The start of a time's day, month or hour, in some spelling."""
        return self.one(
            f"date_trunc('day', {x})", f"CAST(CAST({x} AS DATE) AS TIMESTAMP)", f"date_trunc('month', {x})",
            f"date_trunc('hour', {x})", f"time_bucket(INTERVAL 1 DAY, {x})", f"time_bucket(INTERVAL 2 DAY, {x})",
            f"make_timestamp(year({x}), month({x}), day({x}), 0, 0, 0)",
        )  # fmt: skip

    def time(self, *tables: str) -> str:
        """An expression that is a time."""
        x, y = self.moment(*tables), self.moment(*tables)
        span = self.one(*SPANS)
        return self.one(
            f"{tables[0]}.t", f"{tables[0]}.t", x, x, f"{x} + {span}", f"{x} - {span}", f"greatest({x}, {y})",
            f"greatest({x}, {y})", f"least({x}, {y})", f"coalesce({x}, {y})", self.day(x), f"{self.day(x)} + INTERVAL 1 DAY",
            f"date_trunc('month', {x}) + INTERVAL 1 MONTH", f"CASE WHEN {x} >= {y} THEN {x} ELSE {y} END",
            f"CASE WHEN {x} IS NULL THEN {y} ELSE {x} END", f"CASE WHEN {x} > {y} THEN {x} END",
            f"CASE WHEN {x} IS NULL THEN {y} ELSE greatest({x}, {y}) END", f"date_trunc('hour', {x} + {span})",
            f"CAST(last_day({x}) AS TIMESTAMP) + INTERVAL 1 DAY", f"CAST(CAST({x} AS DATE) + 1 AS TIMESTAMP)",
            f"greatest({x}, {self.day(y)} + {span})", f"greatest({x}, coalesce({y}, {x}))", f"coalesce(greatest({x}, {y}), {x})",
            f"make_timestamp(epoch_us({x}))", f"make_timestamp(epoch_us({x}) + 1000000)", f"nullif({x}, {y})",
            f"if({x} < {y}, {y}, {x})", f"least(coalesce({x}, {FAR}), {y} + {span})",
        )  # fmt: skip

    # Conditions

    def where(self, *tables: str) -> str:
        """A WHERE clause or none."""
        return f" WHERE {self.condition(*tables)}" if self.chance(50) else ""

    def condition(self, *tables: str) -> str:
        """One comparison, or two of them, or the denial of one."""
        first = self.comparison(*tables)
        form = self.pick.random()
        if form >= 0.45:
            return first
        second = self.comparison(*tables)
        if form >= 0.2:
            return f"{first} AND {second}"
        return f"({first} OR {second})" if form >= 0.07 else f"NOT ({first})"

    def comparison(self, *tables: str) -> str:
        """A comparison, mostly of a time of the last table with one of the first."""
        a, b = tables[0], tables[-1]
        if self.chance(60):
            return self.one(
                f"{b}.t <= {a}.t", f"{b}.t < {a}.t", f"{b}.u <= {a}.t", self.validity(f"{a}.t", b), self.bound(a, b)
            )
        x, y = self.moment(a), self.moment(b)
        span = self.one(*SPANS)
        return self.one(
            f"{y} <= {x}", f"{y} < {x}", f"{x} = {y}", f"{y} IS NULL", f"{y} IS NOT NULL", f"{b}.v > 1", f"{a}.v <= {b}.v",
            f"{x} IS NOT DISTINCT FROM {y}", f"{x} IN ({y})", f"{x} IN ({a}.t, {y})", f"{y} NOT IN ({NEAR}, {x})",
            f"{x} IS DISTINCT FROM {y}", f"{x} - {y} < {span}", f"abs(epoch({x}) - epoch({y})) < 3600", f"{y} <= {x} + {span}",
            f"date_trunc('day', {y}) = date_trunc('day', {x})", f"day({y}) <= day({x})", f"month({y}) < month({x})",
            f"{y} >= {NEAR}", f"{b}.v IN (1, 2)", f"({y} <= {x}) IS NOT TRUE", f"({x} - {y}) IS NULL", f"{a}.v IS NOT DISTINCT FROM {b}.v",
        )  # fmt: skip

    def bound(self, a: str, b: str) -> str:
        """A comparison that may bound ``b``'s times by ``a``'s."""
        x, y = self.moment(a), self.moment(b)
        span = self.one(*SPANS)
        return self.one(
            f"{y} BETWEEN {x} - {span} AND {x}", f"{y} + {span} <= {x}", f"{y} <= {x} - {span}", f"{y} - {x} <= INTERVAL 0 DAY",
            f"date_diff('day', {y}, {x}) >= 1", f"date_diff('day', {y}, {x}) >= 0", f"date_diff('month', {y}, {x}) >= 1",
            f"date_sub('day', {y}, {x}) >= 1", f"datediff('hour', {y}, {x}) BETWEEN 1 AND 24",
            f"CAST({y} AS DATE) < CAST({x} AS DATE)", f"CAST({y} AS DATE) <= CAST({x} AS DATE)",
            f"{y} <= {self.day(x)}", f"{y} < {self.day(x)}", f"{self.day(y)} < {self.day(x)}", f"{self.day(y)} + {span} <= {x}",
            f"epoch({y}) <= epoch({x})", f"epoch_ms({y}) <= epoch_ms({x})", f"epoch_us({y}) < epoch_us({x})",
            f"({y}, {b}.v) <= ({x}, {a}.v)", f"coalesce({y} <= {x}, false)", f"CASE WHEN {y} IS NULL THEN false ELSE {y} <= {x} END",
            f"year({y}) * 100 + month({y}) < year({x}) * 100 + month({x})", f"greatest({y}, {b}.t) <= {x}", f"least({y}, {b}.t) <= {x}",
            f"coalesce({y}, {b}.t) <= {x}", f"({y} <= {x}) = true", f"({y} > {x}) IS NOT TRUE", f"NOT {y} > {x}",
            f"{x} >= ALL (SELECT unnest([{y}, {b}.t]))" if self.chance(5) else f"{y} <= nullif({x}, {b}.u)",
        )  # fmt: skip

    def validity(self, x: str, b: str) -> str:
        """Whether a version holds at a time, where ``u`` is its end: right spellings and wrong ones."""
        u, span = f"{b}.u", self.one(*SPANS)
        return self.one(
            f"({u} IS NULL OR {x} < {u})", f"{x} < coalesce({u}, {FAR})", f"{x} < {u}", f"{u} IS NULL",
            f"coalesce({x} < {u}, true)", f"CASE WHEN {u} IS NULL THEN true ELSE {x} < {u} END", f"NOT coalesce({u} <= {x}, false)",
            f"({u} <= {x}) IS NOT TRUE", f"{x} BETWEEN {b}.t AND coalesce({u}, {FAR})",
            f"{x} BETWEEN {b}.t AND coalesce({u} - INTERVAL 1 MICROSECOND, {FAR})", f"({u} IS NULL OR {x} < CAST({u} AS DATE))",
            f"{x} < coalesce(CAST({u} AS DATE), DATE '9999-12-31')", f"({u} IS NULL OR CAST({x} AS DATE) < CAST({u} AS DATE))",
            f"CAST({x} AS DATE) <= coalesce(CAST({u} AS DATE), DATE '9999-12-31')", f"({u} IS NULL OR {x} < {u} + {span})",
            f"({u} IS NULL OR {x} < {u} - {span})", f"({u} IS NULL OR {x} < date_trunc('day', {u}) + INTERVAL 1 DAY)",
            f"{x} < coalesce({u}, {NEAR})", f"({u} IS NULL OR {x} >= {u})", f"{x} < coalesce({u} + {span}, {FAR})",
            f"({u} IS NULL OR {u} > {x} + {span})", f"least(coalesce({u}, {FAR}), {x} + {span}) > {x}",
            f"({u} IS NULL OR NOT {u} <= {x})", f"({u} IS NULL OR {u} - {x} > INTERVAL 0 DAY)",
            f"{x} < ifnull({u}, {FAR})", f"({x} < {u} OR {u} IS NULL OR {b}.v = 3)", f"(({u} IS NULL OR {x} < {u}) AND {b}.t <= {x})",
        )  # fmt: skip

    # Windows

    def over(self, ordered: bool = False, complete: bool = False) -> str:
        """What stands in OVER. Args: ``ordered``, never without ORDER BY; ``complete``, ties are impossible or do not matter."""
        partition = self.one(
            "PARTITION BY a.k", "PARTITION BY a.k", "PARTITION BY a.k, CAST(a.t AS DATE)", "",
            "PARTITION BY a.k, date_trunc('month', a.t)",
        )  # fmt: skip
        keys = [
            "a.t",
            "a.t",
            "a.t",
            "a.u",
            "a.t DESC",
            "epoch(a.t)",
            "-epoch(a.t)",
            "CAST(a.t AS DATE)",
            "a.v, a.t",
            "a.t, a.u DESC",
        ]
        key = self.one(*keys, "a.u NULLS FIRST", "date_trunc('hour', a.t)", *([] if ordered else [""]))
        if not key:
            return partition
        frame = self._frame(key, complete)
        if complete or "ROWS" in frame:
            key += ", a.k, a.v, a.u, a.t"
        return f"{partition} ORDER BY {key}{frame}".strip()

    def _frame(self, key: str, complete: bool) -> str:
        if self.chance(40):
            return ""
        kind = self.one("ROWS", "ROWS", "GROUPS", "RANGE")
        if kind == "RANGE" and (complete or "," in key or "DATE" in key):
            kind = "GROUPS"
        unit, unit_end = ("INTERVAL ", " DAY") if kind == "RANGE" and "epoch" not in key else ("", "")
        n = self.one("1", "2") + unit_end
        start, end = self.one(
            "UNBOUNDED PRECEDING|CURRENT ROW", f"{unit}{n} PRECEDING|CURRENT ROW", f"UNBOUNDED PRECEDING|{unit}{n} PRECEDING",
            f"CURRENT ROW|{unit}{n} FOLLOWING", f"{unit}{n} PRECEDING|{unit}{n} FOLLOWING", "CURRENT ROW|UNBOUNDED FOLLOWING",
            "UNBOUNDED PRECEDING|UNBOUNDED FOLLOWING", "CURRENT ROW|CURRENT ROW",
        ).split("|")  # fmt: skip
        exclude = self.one("", "", "", " EXCLUDE CURRENT ROW", " EXCLUDE TIES", " EXCLUDE GROUP")
        return f" {kind} BETWEEN {start} AND {end}{exclude}"

    def window_call(self) -> str:
        """A window function over the rows of ``a``."""
        call = self.one(
            "count(*)", "sum(a.v)", "max(a.v)", "count(*) FILTER (WHERE a.v > 1)", "count(a.u)", "avg(a.v)", "rank()", "dense_rank()",
            "percent_rank()", "cume_dist()", "first_value(a.v)", "last_value(a.v)", "nth_value(a.v, 2)", "row_number()", "ntile(2)",
            "first_value(a.v IGNORE NULLS)", "lag(a.v)", "lead(a.v)", "lag(a.v, 2)", "lag(a.v, -1)", "lead(a.v, -1)", "lead(a.v, 0)",
            "lag(a.v, 1, 0)", "sum(CASE WHEN a.u <= a.t THEN 1 ELSE 0 END)", "last_value(a.v IGNORE NULLS)",
        )  # fmt: skip
        if call.startswith(("count", "sum", "max", "avg")):
            return f"{call} OVER ({self.over()})"
        peers = call in ("rank()", "dense_rank()", "percent_rank()", "cume_dist()")
        over = self.over(ordered=True, complete=not peers)
        return f"{call} OVER ({_without_frame(over) if peers or call.startswith(('row_', 'ntile')) else over})"

    def window_time(self) -> str:
        """A time that a window function gives."""
        moment = self.one("a.t", "a.t", "a.u")
        call = self.one("lead", "max", "min", "lag", "first_value", "last_value")
        return f"{call}({moment}) OVER ({self.over(ordered=True, complete=call not in ('max', 'min'))})"


def _without_frame(over: str) -> str:
    for kind in (" ROWS ", " GROUPS ", " RANGE "):
        over = over.split(kind, maxsplit=1)[0]
    return over
