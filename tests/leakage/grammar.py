"""Random queries over the tables of ``worlds``, aimed at the boundaries of the time checker's rules.

Every relation has the columns ``k`` (key), ``v`` (number), ``t`` and ``u`` (times; ``u`` is often NULL), so that any operator
fits on any other. A query is a chain of CTEs, each one operator, and a last SELECT that says which time is the stamp.
"""

from collections.abc import Sequence

from tests.leakage.expressions import Chooser, Expressions
from tests.leakage.operators import BINARY, TERNARY, UNARY

BASES = (
    "SELECT user_id AS k, amt AS v, ts AS t, ts AS u FROM raw.events",
    "SELECT user_id AS k, amt AS v, created_at AS t, closed_at AS u FROM raw.orders",
    "SELECT user_id AS k, amt AS v, loaded_at AS t, happened_at AS u FROM raw.loads",
    "SELECT user_id AS k, tier AS v, valid_from AS t, valid_to AS u FROM raw.tiers",
    "SELECT user_id AS k, score AS v, born AS t, born AS u FROM raw.users",
    "SELECT user_id AS k, weight AS v, opened_at AS t, solved_at AS u FROM raw.tickets",
    "SELECT u.user_id AS k, u.score AS v, g.d AS t, g.d + INTERVAL 1 DAY AS u FROM raw.users u, "
    "unnest(generate_series(TIMESTAMP '2024-01-30', TIMESTAMP '2024-02-02', INTERVAL 1 DAY)) AS g(d)",
    "SELECT user_id AS k, amt AS v, happened_at AS t, loaded_at AS u FROM raw.loads",
    "SELECT user_id AS k, amt AS v, created_at AS t, lead(created_at) OVER (PARTITION BY user_id ORDER BY created_at, amt, closed_at) AS u FROM raw.orders",
    "SELECT user_id AS k, amt AS v, ts AS t, lead(ts) OVER (PARTITION BY user_id ORDER BY ts, amt) AS u FROM raw.events",
)
OFTEN = (*BASES[:4], *BASES[:3], *BASES)
STAMPS = (
    "t",
    "t",
    "t",
    "u",
    "greatest(t, u)",
    "coalesce(u, t)",
    "CASE WHEN u > t THEN u ELSE t END",
    "greatest(t, coalesce(u, t))",
)


class Grammar:
    """Makes one query.

    Attributes:
        pick: the source of randomness.
        depths: how many operators stand one upon the other: one of these.
        ctes: what has been made so far.
    """

    def __init__(self, pick: Chooser, depths: Sequence[int] = (1, 1, 2, 2, 3)) -> None:
        self.pick = pick
        self.depths = depths
        self.say = Expressions(pick)
        self.ctes: list[str] = []

    def query(self) -> str:
        """A query with the output columns ``k``, ``v``, ``stamp`` and perhaps ``u``."""
        name = self.relation(self.pick.choice(self.depths))
        more = self.say.one("", "", "", ", u")
        ctes = ",\n".join(f"r{i} AS ({sql})" for i, sql in enumerate(self.ctes))
        return f"WITH {ctes}\nSELECT k, v, {self.say.one(*STAMPS)} AS stamp{more} FROM {name}"

    def relation(self, depth: int) -> str:
        """The name of a new CTE of so many operators at most, one upon the other."""
        sql = self.pick.choice(OFTEN) if depth == 0 else self.operation(depth)
        self.ctes.append(sql)
        return f"r{len(self.ctes) - 1}"

    def operation(self, depth: int) -> str:
        roll = self.pick.random()
        first = self.relation(depth - 1)
        if roll >= 0.5:
            return self.pick.choice(UNARY)(self.say, first)
        second = self.other(depth)
        if roll >= 0.07:
            return self.pick.choice(BINARY)(self.say, first, second)
        return self.pick.choice(TERNARY)(self.say, first, second, self.other(depth))

    def other(self, depth: int) -> str:
        """A relation beside the first: a table, one of those made before, or a short chain."""
        roll = self.pick.random()
        if roll < 0.25:
            return self.pick.choice([f"r{i}" for i in range(len(self.ctes))])
        return self.relation(min(1, depth - 1) if roll < 0.45 else 0)
