"""Random queries over the tables of ``worlds``, aimed at the boundaries of the time checker's rules.

Every relation has the columns ``k`` (key), ``v`` (number), ``t`` and ``u`` (times; ``u`` may be NULL), so that any operator
fits on any other. A query is a chain of CTEs, each one operator, and a last SELECT that says which time is the stamp.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")

BASES = (
    "SELECT user_id AS k, amt AS v, ts AS t, ts AS u FROM raw.events",
    "SELECT user_id AS k, amt AS v, created_at AS t, closed_at AS u FROM raw.orders",
    "SELECT user_id AS k, amt AS v, loaded_at AS t, happened_at AS u FROM raw.loads",
    "SELECT user_id AS k, tier AS v, valid_from AS t, valid_to AS u FROM raw.tiers",
    "SELECT user_id AS k, score AS v, born AS t, born AS u FROM raw.users",
)
SPANS = (
    "INTERVAL 1 MICROSECOND", "INTERVAL 1 HOUR", "INTERVAL 1 DAY", "INTERVAL 2 DAY", "INTERVAL 25 HOUR", "INTERVAL 1 MONTH",
)  # fmt: skip


class Chooser(Protocol):
    """Where randomness comes from."""

    def choice(self, options: Sequence[T]) -> T:
        """One of several."""

    def random(self) -> float:
        """From 0 on and below 1."""


class Grammar:
    """Makes queries. Attributes: ``pick``, the source of randomness; ``ctes``, what has been made so far."""

    def __init__(self, pick: Chooser) -> None:
        self.pick = pick
        self.ctes: list[str] = []

    def query(self, depth: int) -> str:
        """A query with the output columns ``k``, ``v``, ``stamp``, ``u``."""
        name = self.relation(depth)
        stamp = self.pick.choice(["t", "t", "t", "u", "greatest(t, u)", "coalesce(u, t)"])
        more = self.pick.choice(["", "", "", ", u"])
        ctes = ",\n".join(f"r{i} AS ({sql})" for i, sql in enumerate(self.ctes))
        return f"WITH {ctes}\nSELECT k, v, {stamp} AS stamp{more} FROM {name}"

    def relation(self, depth: int) -> str:
        """The name of a new CTE."""
        sql = self.base() if depth == 0 else self.operator()(depth)
        self.ctes.append(sql)
        return f"r{len(self.ctes) - 1}"

    def base(self) -> str:
        return self.pick.choice([*BASES[:3], BASES[0], BASES[1], *BASES])

    def operator(self) -> Callable[[int], str]:
        return self.pick.choice(
            [
                self.project, self.project, self.join, self.join, self.asof, self.exists, self.scalar, self.group, self.group,
                self.window, self.window, self.ranked, self.set_operation, self.distinct, self.lateral,
            ]
        )  # fmt: skip

    # Operators

    def project(self, depth: int) -> str:
        name = self.relation(depth - 1)
        return f"SELECT a.k, {self.number('a')} AS v, {self.time('a')} AS t, {self.time('a')} AS u FROM {name} a{self.where('a')}"

    def join(self, depth: int) -> str:
        left, right = self.relation(depth - 1), self.relation(self.shallow(depth))
        kind = self.pick.choice(["JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        condition = f"a.k = b.k AND {self.condition('a', 'b')}"
        key = "coalesce(a.k, b.k)" if kind in ("RIGHT JOIN", "FULL JOIN") else "a.k"
        where = self.where("a", "b") if self.pick.random() < 0.3 else ""
        return (
            f"SELECT {key} AS k, {self.number('a', 'b')} AS v, {self.time('a', 'b')} AS t, {self.time('a', 'b')} AS u "
            f"FROM {left} a {kind} {right} b ON {condition}{where}"
        )

    def asof(self, depth: int) -> str:
        left, right = self.relation(depth - 1), self.relation(self.shallow(depth))
        kind = self.pick.choice(["ASOF JOIN", "ASOF LEFT JOIN"])
        order = self.pick.choice([">=", ">=", ">", "<="])
        theirs = self.pick.choice(["b.t", "b.t", "b.u"])
        return (
            f"SELECT a.k, {self.number('a', 'b')} AS v, a.t, {self.pick.choice(['b.t', 'a.u', 'b.u'])} AS u "
            f"FROM {left} a {kind} {right} b ON a.k = b.k AND {self.pick.choice(['a.t', 'a.t', 'a.u'])} {order} {theirs}"
        )

    def exists(self, depth: int) -> str:
        left, right = self.relation(depth - 1), self.relation(self.shallow(depth))
        condition = f"b.k = a.k AND {self.condition('a', 'b')}"
        form = self.pick.choice(["exists", "not exists", "semi", "anti", "in", "value"])
        if form in ("semi", "anti"):
            return f"SELECT a.k, a.v, a.t, a.u FROM {left} a {form.upper()} JOIN {right} b ON {condition}"
        if form == "in":
            return f"SELECT a.k, a.v, a.t, a.u FROM {left} a WHERE a.v IN (SELECT b.v FROM {right} b WHERE {condition})"
        if form == "value":
            return (
                f"SELECT a.k, CASE WHEN EXISTS (SELECT 1 FROM {right} b WHERE {condition}) THEN 1 ELSE 0 END AS v, a.t, a.u "
                f"FROM {left} a"
            )
        return (
            f"SELECT a.k, a.v, a.t, a.u FROM {left} a WHERE {form.upper()} (SELECT 1 FROM {right} b WHERE {condition})"
        )

    def scalar(self, depth: int) -> str:
        left, right = self.relation(depth - 1), self.relation(self.shallow(depth))
        condition = f"b.k = a.k AND {self.condition('a', 'b')}"
        call = self.aggregate("b")
        if self.pick.random() < 0.3:
            moment = self.pick.choice(["max(b.t)", "min(b.t)", "max(b.u)"])
            return f"SELECT a.k, a.v, a.t, (SELECT {moment} FROM {right} b WHERE {condition}) AS u FROM {left} a"
        return f"SELECT a.k, (SELECT {call} FROM {right} b WHERE {condition}) AS v, a.t, a.u FROM {left} a"

    def lateral(self, depth: int) -> str:
        left, right = self.relation(depth - 1), self.relation(self.shallow(depth))
        order = self.pick.choice(["b.t DESC, b.v DESC, b.u DESC", "b.u DESC, b.v, b.t", "b.t, b.v, b.u"])
        return (
            f"SELECT a.k, x.v, a.t, {self.pick.choice(['x.t', 'a.u'])} AS u FROM {left} a LEFT JOIN LATERAL ("
            f"SELECT b.v, b.t FROM {right} b WHERE b.k = a.k AND {self.condition('a', 'b')} ORDER BY {order} LIMIT 1) x ON true"
        )

    def group(self, depth: int) -> str:
        name = self.relation(depth - 1)
        where = self.where("a")
        width = self.pick.choice(["day", "day", "hour", "month"])
        bucket = self.pick.choice([f"date_trunc('{width}', a.t)", "CAST(CAST(a.t AS DATE) AS TIMESTAMP)", "a.t"])
        stamps = [
            f"{bucket} + INTERVAL 1 {width}", f"{bucket} + INTERVAL 1 DAY", bucket, "max(a.t)", "min(a.t)",
            "greatest(min(a.t), min(a.t) FILTER (WHERE a.v > 1))", "max(a.u)",
        ]  # fmt: skip
        stamp = self.pick.choice([stamps[0], stamps[0], stamps[1], *stamps])
        other = self.pick.choice(["max(a.t)", "min(a.u)", "max(a.u)", "min(a.t)", bucket])
        having = self.pick.choice(["", "", "", " HAVING count(*) >= 2", " HAVING max(a.v) > 1", " HAVING count(*) < 3"])
        keys = f"a.k, {bucket}" if self.pick.random() < 0.8 else "a.k"
        if keys == "a.k":
            stamp = self.pick.choice(stamps[3:])
            other = self.pick.choice(["max(a.t)", "min(a.u)", "max(a.u)", "min(a.t)"])
        return f"SELECT a.k, {self.aggregate('a')} AS v, {stamp} AS t, {other} AS u FROM {name} a{where} GROUP BY {keys}{having}"

    def window(self, depth: int) -> str:
        name = self.relation(depth - 1)
        call = self.window_call()
        if self.pick.random() < 0.25:
            moment = self.pick.choice(["max", "min", "first_value", "last_value"])
            value = f"{moment}(a.t) OVER ({self.over()})"
            return f"SELECT a.k, a.v, a.t, {value} AS u FROM {name} a"
        qualify = f" QUALIFY {call} {self.pick.choice(['<= 1', '= 1', '> 1'])}" if self.pick.random() < 0.2 else ""
        value = "a.v" if qualify else call
        return f"SELECT a.k, {value} AS v, a.t, a.u FROM {name} a{qualify}"

    def ranked(self, depth: int) -> str:
        name = self.relation(depth - 1)
        rank = self.pick.choice(["row_number()", "row_number()", "rank()", "dense_rank()"])
        order = self.pick.choice(["x.t DESC, x.v, x.u", "x.t, x.v, x.u", "x.u DESC, x.v, x.t", "x.t DESC"])
        if rank == "row_number()" and order == "x.t DESC":
            rank = "rank()"
        more = self.pick.choice(["", "", " AND a.v > 1", " AND a.k = 1"])
        return (
            f"SELECT a.k, a.v, a.t, a.u FROM (SELECT x.*, {rank} OVER (PARTITION BY x.k ORDER BY {order}) AS rn "
            f"FROM {name} x) a WHERE a.rn {self.pick.choice(['= 1', '= 1', '<= 2', '= 2'])}{more}"
        )

    def set_operation(self, depth: int) -> str:
        left, right = self.relation(depth - 1), self.relation(self.shallow(depth))
        kind = self.pick.choice(["UNION ALL", "UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
        times = self.pick.choice(["t, u", "t, u", "u, t", "t, t"])
        return f"SELECT k, v, t, u FROM {left} {kind} SELECT k, v, {times} FROM {right}"

    def distinct(self, depth: int) -> str:
        name = self.relation(depth - 1)
        if self.pick.random() < 0.5:
            return f"SELECT DISTINCT a.k, 1 AS v, {self.time('a')} AS t, a.t AS u FROM {name} a"
        order = self.pick.choice(["a.t DESC, a.v, a.u", "a.t, a.v, a.u", "a.u, a.v, a.t"])
        keys = self.pick.choice(["a.k", "a.k, a.v"])
        return f"SELECT DISTINCT ON ({keys}) a.k, a.v, a.t, a.u FROM {name} a ORDER BY {keys}, {order}"

    def shallow(self, depth: int) -> int:
        return self.pick.choice([0, 0, 0, min(1, depth - 1)])

    # Expressions

    def where(self, *tables: str) -> str:
        return f" WHERE {self.condition(*tables)}" if self.pick.random() < 0.5 else ""

    def number(self, *tables: str) -> str:
        a = self.pick.choice(tables)
        b = self.pick.choice(tables)
        return self.pick.choice(
            [
                f"{b}.v", f"{b}.v", f"coalesce({b}.v, {a}.v)", f"date_diff('hour', {a}.t, {b}.t)",
                f"CASE WHEN {a}.t <= {b}.t THEN {a}.v ELSE {b}.v END", f"CASE WHEN {b}.u IS NULL THEN 1 ELSE 0 END",
            ]
        )  # fmt: skip

    def aggregate(self, table: str) -> str:
        condition = self.pick.choice([f"{table}.v > 1", f"{table}.u <= {table}.t", f"{table}.u IS NULL"])
        return self.pick.choice(
            [
                "count(*)", f"sum({table}.v)", f"min({table}.v)", f"count(DISTINCT {table}.v)", f"max({table}.v)",
                f"sum({table}.v) FILTER (WHERE {condition})", f"count(CASE WHEN {condition} THEN 1 END)",
                f"sum(CASE WHEN {condition} THEN {table}.v ELSE 0 END)", f"avg(CASE WHEN {condition} THEN 1 ELSE 0 END)",
                f"arg_max({table}.v, ({table}.t, {table}.v))", f"count({table}.u)",
            ]
        )  # fmt: skip

    def moment(self, *tables: str) -> str:
        return f"{self.pick.choice(tables)}.{self.pick.choice(['t', 't', 'u'])}"

    def time(self, *tables: str) -> str:
        x, y = self.moment(*tables), self.moment(*tables)
        span = self.pick.choice(SPANS)
        return self.pick.choice(
            [
                x, x, f"{tables[0]}.t", f"{tables[0]}.t", f"{x} + {span}", f"{x} - {span}", f"greatest({x}, {y})",
                f"greatest({x}, {y})", f"least({x}, {y})", f"coalesce({x}, {y})", f"date_trunc('day', {x})",
                f"date_trunc('day', {x}) + INTERVAL 1 DAY", f"date_trunc('month', {x}) + INTERVAL 1 MONTH",
                f"CASE WHEN {x} >= {y} THEN {x} ELSE {y} END", f"CASE WHEN {x} IS NULL THEN {y} ELSE {x} END",
                f"date_trunc('hour', {x} + {span})", f"CAST(last_day({x}) AS TIMESTAMP) + INTERVAL 1 DAY",
                f"CAST(CAST({x} AS DATE) + 1 AS TIMESTAMP)", f"greatest({x}, date_trunc('day', {y}) + {span})",
            ]
        )  # fmt: skip

    def condition(self, *tables: str) -> str:
        first = self.comparison(*tables)
        roll = self.pick.random()
        if roll < 0.55:
            return first
        second = self.comparison(*tables)
        return f"{first} AND {second}" if roll < 0.8 else f"({first} OR {second})" if roll < 0.93 else f"NOT ({first})"

    def comparison(self, *tables: str) -> str:
        a, b = tables[0], tables[-1]
        x, y = self.moment(a), self.moment(b)
        span = self.pick.choice(SPANS)
        return self.pick.choice(
            [
                f"{b}.t <= {a}.t", f"{b}.t < {a}.t", f"{b}.t <= {a}.t", f"{b}.u <= {a}.t", f"{x} >= {y}", f"{x} > {y}",
                f"{x} = {y}", f"{y} BETWEEN {x} - {span} AND {x}", f"{y} + {span} <= {x}", f"{y} <= {x} + {span}",
                f"{x} - {y} < {span}", f"date_diff('day', {y}, {x}) >= 1", f"date_diff('day', {y}, {x}) >= 0",
                f"CAST({y} AS DATE) < CAST({x} AS DATE)", f"CAST({y} AS DATE) <= CAST({x} AS DATE)",
                f"date_trunc('day', {y}) = date_trunc('day', {x})", f"{b}.v > 1", f"{a}.v <= {b}.v", f"{y} IS NULL",
                f"({b}.u IS NULL OR {a}.t < {b}.u)", f"{a}.t < coalesce({b}.u, TIMESTAMP '9999-12-31')", f"{a}.t < {b}.u",
                f"{b}.t <= date_trunc('day', {a}.t)", f"{y} < date_trunc('month', {x})", f"{y} IS NOT NULL",
                f"epoch({y}) <= epoch({x})", f"{x} IN ({y})", f"abs(epoch({x}) - epoch({y})) < 3600",
            ]
        )  # fmt: skip

    # Windows

    def over(self) -> str:
        partition = self.pick.choice(
            ["PARTITION BY a.k", "PARTITION BY a.k", "PARTITION BY a.k, CAST(a.t AS DATE)", ""]
        )
        order = self.pick.choice(
            ["a.t", "a.t", "a.t", "a.u", "a.t DESC", "epoch(a.t)", "-epoch(a.t)", "CAST(a.t AS DATE)", ""]
        )
        if not order:
            return partition
        frame = ""
        roll = self.pick.random()
        if roll < 0.6:
            kind = self.pick.choice(["ROWS", "ROWS", "GROUPS", "RANGE"])
            unit = "" if kind != "RANGE" or "epoch" in order else "INTERVAL "
            n = self.pick.choice(["1", "2"]) + (" DAY" if unit else "")
            start = self.pick.choice(["UNBOUNDED PRECEDING", f"{unit}{n} PRECEDING", "CURRENT ROW"])
            end = self.pick.choice(["CURRENT ROW", "CURRENT ROW", f"{unit}{n} FOLLOWING", "UNBOUNDED FOLLOWING"])
            if self.pick.random() < 0.2:
                start, end = "UNBOUNDED PRECEDING", f"{unit}{n} PRECEDING"
            frame = f" {kind} BETWEEN {start} AND {end}"
            if self.pick.random() < 0.2:
                frame += self.pick.choice([" EXCLUDE CURRENT ROW", " EXCLUDE TIES", " EXCLUDE GROUP"])
        elif roll < 0.65:
            frame = " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"
        ties = f"{order}, a.v, a.u, a.t" if "RANGE" not in frame and self.pick.random() < 0.7 else order
        return f"{partition} ORDER BY {ties}{frame}".strip()

    def window_call(self) -> str:
        call = self.pick.choice(
            [
                "count(*)", "sum(a.v)", "max(a.v)", "first_value(a.v)", "last_value(a.v)", "nth_value(a.v, 2)",
                "count(*) FILTER (WHERE a.v > 1)", "row_number()", "rank()", "dense_rank()", "percent_rank()",
                "ntile(2)", "cume_dist()", "first_value(a.v IGNORE NULLS)",
            ]
        )  # fmt: skip
        if self.pick.random() < 0.3:
            offset = self.pick.choice(["", ", 1", ", 2", ", -1", ", 0"])
            call = f"{self.pick.choice(['lag', 'lead'])}(a.v{offset})"
        over = self.over()
        if "(a.v" not in call and "ORDER BY" not in over and "count" not in call:
            over = f"{over} ORDER BY a.t".strip()
        return f"{call} OVER ({over})"
