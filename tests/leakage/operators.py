"""Random relational operators: each takes relations with the columns ``k``, ``v``, ``t`` and ``u`` and gives one.

Ties are broken wherever a result could depend on the order of rows.
"""

from tests.leakage.expressions import Expressions

COLUMNS = "a.k, a.v, a.t, a.u"
ORDERS = ("a.t DESC, a.v, a.u", "a.t, a.v, a.u", "a.u, a.v, a.t", "a.u DESC, a.t, a.v", "a.v DESC, a.t, a.u")


# Of one relation


def project(say: Expressions, name: str) -> str:
    return (
        f"SELECT a.k, {say.number('a')} AS v, {say.time('a')} AS t, {say.time('a')} AS u FROM {name} a{say.where('a')}"
    )


def group(say: Expressions, name: str) -> str:
    """Rows of a group: a user and a bucket, stamped with its end, its start, its last or its first row."""
    width = say.one("day", "day", "hour", "month")
    bucket = say.one(
        f"date_trunc('{width}', a.t)", "CAST(CAST(a.t AS DATE) AS TIMESTAMP)", "a.t", say.day("a.t"), "a.u"
    )
    last = say.one("max(a.t)", "max(a.t)", "min(a.t)", "max(a.u)", "greatest(min(a.t), min(a.t) FILTER (WHERE a.v > 1))", "min(a.u)",
                   "greatest(max(a.t), max(a.u))", "max(coalesce(a.u, a.t))", "max(greatest(a.t, a.u))")  # fmt: skip
    if say.chance(20):
        having = say.one("", f" HAVING {_having(say, None)}")
        return f"SELECT a.k, {say.aggregate('a')} AS v, {last} AS t, {say.one('max(a.t)', 'min(a.u)', 'min(a.t)')} AS u FROM {name} a{say.where('a')} GROUP BY a.k{having}"
    end = f"{bucket} + INTERVAL 1 {width}"
    stamp = say.one(
        end,
        end,
        f"{bucket} + INTERVAL 1 DAY",
        bucket,
        last,
        f"greatest({bucket}, {last})",
        f"{bucket} + INTERVAL 1 MONTH",
    )
    having = f" HAVING {_having(say, bucket)}" if say.chance(30) else ""
    other = say.one("max(a.t)", "min(a.u)", bucket, last)
    return f"SELECT a.k, {say.aggregate('a')} AS v, {stamp} AS t, {other} AS u FROM {name} a{say.where('a')} GROUP BY a.k, {bucket}{having}"


def _having(say: Expressions, bucket: str | None) -> str:
    options = ["count(*) >= 2", "max(a.v) > 1", "count(*) < 3", "min(a.v) < 2", "count(a.u) > 0", "max(a.t) > min(a.t)", "max(a.u) IS NULL",
               "min(a.t) < TIMESTAMP '2024-02-01'", "max(a.t) < TIMESTAMP '2024-02-01'", "count(*) >= 1", "count(*) = 1"]  # fmt: skip
    if bucket:
        options += [
            f"max(a.t) < {bucket} + INTERVAL 1 HOUR",
            f"min(a.t) > {bucket}",
            f"max(a.u) <= {bucket} + INTERVAL 1 DAY",
        ]
    return say.one(*options)


def grouping_sets(say: Expressions, name: str) -> str:
    bucket = say.one("date_trunc('day', a.t)", "a.t")
    end = say.one(f"{bucket} + INTERVAL 1 DAY", bucket)
    groups = say.one(
        "ROLLUP (a.k, {})",
        "ROLLUP ({}, a.k)",
        "CUBE (a.k, {})",
        "GROUPING SETS ((a.k, {}), ({}))",
        "{}, ROLLUP (a.k)",
        "a.k, ROLLUP ({})",
    )
    other = say.one("max(a.t)", bucket, "min(a.u)")
    stamp = say.one(end, f"coalesce({end}, max(a.t))")
    return f"SELECT a.k, {say.aggregate('a')} AS v, {stamp} AS t, {other} AS u FROM {name} a GROUP BY {groups.replace('{}', bucket)}"


def running_groups(say: Expressions, name: str) -> str:
    """Windows over grouped rows: sums of sums, the day before."""
    bucket = say.one("date_trunc('day', a.t)", "a.t", "date_trunc('month', a.t)")
    order = say.one(bucket, f"{bucket} DESC", "max(a.t)", "min(a.t)")
    frame = say.one("", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
                    " RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW", " ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING")  # fmt: skip
    call = say.one(
        "sum(sum(a.v))",
        "sum(count(*))",
        "max(max(a.v))",
        "lag(count(*))",
        "lead(count(*))",
        "row_number()",
        "rank()",
        "first_value(sum(a.v))",
    )
    if call.startswith(("row", "rank", "lag", "lead")):
        frame = ""
    ties = "" if "RANGE" in frame else f", {bucket}"
    over = say.one(f"PARTITION BY a.k ORDER BY {order}{ties}{frame}", f"ORDER BY {order}{'' if 'RANGE' in frame else f', {bucket}, a.k'}{frame}",
                   f"PARTITION BY a.k, date_trunc('month', {bucket}) ORDER BY {order}{ties}{frame}")  # fmt: skip
    stamp = say.one(f"{bucket} + INTERVAL 1 DAY", f"{bucket} + INTERVAL 1 MONTH", bucket, "max(a.t)")
    return f"SELECT a.k, {call} OVER ({over}) AS v, {stamp} AS t, {say.one('max(a.t)', bucket)} AS u FROM {name} a GROUP BY a.k, {bucket}"


def window(say: Expressions, name: str) -> str:
    if say.chance(25):
        return f"SELECT a.k, a.v, {say.one('a.t, {} AS u', '{} AS t, a.t AS u', 'greatest(a.t, {}) AS t, a.u').format(say.window_time())} FROM {name} a"
    call = say.window_call()
    if say.chance(20):
        return f"SELECT {COLUMNS} FROM {name} a QUALIFY {call} {say.one('<= 1', '= 1', '> 1', 'IS NULL', '>= 2')}"
    return f"SELECT a.k, {call} AS v, a.t, a.u FROM {name} a"


def ranked(say: Expressions, name: str) -> str:
    rank = say.one("row_number()", "row_number()", "rank()", "dense_rank()")
    order = say.one(
        "x.t DESC, x.v, x.u",
        "x.t, x.v, x.u",
        "x.u DESC, x.v, x.t",
        "x.t DESC",
        "CAST(x.t AS DATE), x.v, x.t, x.u",
        "x.v, x.t, x.u",
    )
    if rank == "row_number()" and order == "x.t DESC":
        rank = "rank()"
    partition = say.one("PARTITION BY x.k ", "PARTITION BY x.k ", "", "PARTITION BY x.k, date_trunc('day', x.t) ")
    if not partition:
        order += ", x.k"
    more = say.one("", "", " AND a.v > 1", " AND a.k = 1", " AND a.u IS NULL", " AND a.t < TIMESTAMP '2024-02-01'")
    return (
        f"SELECT {COLUMNS} FROM (SELECT x.*, {rank} OVER ({partition}ORDER BY {order}) AS rn "
        f"FROM {name} x{say.one('', '', ' WHERE x.u IS NULL', ' WHERE x.v > 1')}) a WHERE a.rn {say.one('= 1', '= 1', '<= 2', '= 2', '> 1')}{more}"
    )


def numbered_pairs(say: Expressions, name: str) -> str:
    """Rows beside those numbered before or after them."""
    order = say.one(
        "x.t, x.v, x.u", "x.t, x.v, x.u", "x.t DESC, x.v, x.u", "x.u, x.t, x.v", "CAST(x.t AS DATE), x.v, x.t, x.u"
    )
    numbered = f"(SELECT x.*, row_number() OVER (PARTITION BY x.k ORDER BY {order}) AS rn FROM {name} x)"
    offset = say.one(
        "b.rn = a.rn - 1",
        "b.rn < a.rn",
        "b.rn <= a.rn",
        "b.rn + 1 = a.rn",
        "b.rn = a.rn + 1",
        "b.rn >= a.rn",
        "b.rn BETWEEN a.rn - 2 AND a.rn",
    )
    times = say.one("a.t, a.u", "a.t, b.t AS u", "greatest(a.t, b.t) AS t, b.u", "b.t, a.t AS u")
    where = say.one("", "", " WHERE a.rn <= 2", " WHERE b.rn = 1")
    return f"SELECT a.k, {say.number('a', 'b')} AS v, {times} FROM {numbered} a {say.one('LEFT JOIN', 'JOIN')} {numbered} b ON b.k = a.k AND {offset}{where}"


def newest(say: Expressions, name: str) -> str:
    """Rows at the newest or oldest time of their user."""
    pick = say.one("max", "max", "min")
    where = say.one("", "", " AND b.u IS NULL", " AND b.t <= a.t", " AND b.v > 1")
    form = say.one("scalar", "tuple", "lateral", "window")
    if form == "scalar":
        return f"SELECT {COLUMNS} FROM {name} a WHERE a.t {say.one('=', '=', '>=', '<')} (SELECT {pick}(b.t) FROM {name} b WHERE b.k = a.k{where})"
    if form == "tuple":
        inner = where.replace(" AND b.t <= a.t", "").replace(" AND ", " WHERE ")
        return f"SELECT {COLUMNS} FROM {name} a WHERE (a.k, a.t) {say.one('IN', 'IN', 'NOT IN')} (SELECT b.k, {pick}(b.t) FROM {name} b{inner} GROUP BY b.k)"
    if form == "lateral":
        return f"SELECT {COLUMNS} FROM {name} a, LATERAL (SELECT {pick}(b.t) AS m FROM {name} b WHERE b.k = a.k{where}) x WHERE a.t = x.m"
    return f"SELECT {COLUMNS} FROM {name} a QUALIFY a.t = {pick}(a.t) OVER ({say.one('PARTITION BY a.k', 'PARTITION BY a.k ORDER BY a.t')})"


def distinct(say: Expressions, name: str) -> str:
    if say.chance(50):
        return f"SELECT DISTINCT a.k, {say.one('1', 'a.v')} AS v, {say.time('a')} AS t, {say.time('a')} AS u FROM {name} a{say.where('a')}"
    order, keys = say.one(*ORDERS), say.one("a.k", "a.k, a.v", "a.k, date_trunc('day', a.t)")
    return f"SELECT DISTINCT ON ({keys}) {COLUMNS} FROM {name} a ORDER BY {keys}, {order}"


def limit(say: Expressions, name: str) -> str:
    number = say.one(
        "LIMIT 2",
        "LIMIT 1",
        "LIMIT 3",
        "LIMIT 2 OFFSET 1",
        "OFFSET 1",
        f"LIMIT (SELECT count(*) FROM {name})",
        "LIMIT 50%",
    )
    return f"(SELECT {COLUMNS} FROM {name} a{say.where('a')} ORDER BY {say.one(*ORDERS)}, a.k {number})"


def series(say: Expressions, name: str) -> str:
    """Several rows of each: the days after, both of its times."""
    first, last = (
        say.one("a.t", "a.t", "a.u", "date_trunc('day', a.t)"),
        say.one("a.t + INTERVAL 2 DAY", "TIMESTAMP '2024-02-03'", "a.u", "coalesce(a.u, a.t)"),
    )
    values = say.one(
        f"generate_series({first}, {last}, INTERVAL 1 DAY)",
        "[a.t, a.u]",
        "[a.t, a.t + INTERVAL 1 DAY]",
        f"generate_series({last}, {first}, INTERVAL (-1) DAY)",
    )
    if say.chance(50):
        return f"SELECT a.k, a.v, unnest({values}) AS t, {say.one('a.t', 'a.u')} AS u FROM {name} a"
    return f"SELECT a.k, a.v, {say.one('g.d AS t, a.t AS u', 'greatest(g.d, a.t) AS t, a.u', 'a.t, g.d AS u')} FROM {name} a, unnest({values}) AS g(d){say.one('', ' WHERE g.d >= a.t', ' WHERE g.d IS NOT NULL')}"


def recursive(say: Expressions, name: str) -> str:
    step = say.one(
        "w.t + INTERVAL 1 DAY",
        "w.t",
        "w.t - INTERVAL 1 DAY",
        "coalesce(w.u, w.t)",
        "date_trunc('day', w.t) + INTERVAL 1 DAY",
    )
    start = say.one(
        "SELECT k, v, t, u, 1 AS n FROM {}",
        "SELECT k, sum(v) AS v, min(t) AS t, max(u) AS u, 1 AS n FROM {} GROUP BY k",
    ).format(name)
    return (
        f"(WITH RECURSIVE w AS ({start} UNION ALL SELECT w.k, w.v, {step} AS t, {say.one('w.u', 'w.t')} AS u, w.n + 1 AS n FROM w WHERE w.n < 3) "
        f"SELECT k, v, t, u FROM w{say.one('', ' WHERE n > 1')})"
    )


# Of two


def join(say: Expressions, left: str, right: str) -> str:
    kind = say.one("JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
    condition = f"a.k = b.k AND {say.condition('a', 'b')}"
    key = "coalesce(a.k, b.k)" if kind in ("RIGHT JOIN", "FULL JOIN") else "a.k"
    where = say.where("a", "b") if say.chance(30) else ""
    source = f"FROM {left} a {kind} {right} b ON {condition}{where}"
    if say.chance(15):
        return f"SELECT DISTINCT {COLUMNS} {source}"
    return (
        f"SELECT {key} AS k, {say.number('a', 'b')} AS v, {say.time('a', 'b')} AS t, {say.time('a', 'b')} AS u {source}"
    )


def gather(say: Expressions, left: str, right: str) -> str:
    """What belongs to each row of the left, where the join bounds it or only the aggregate does."""
    condition = say.one("", f" AND {say.condition('a', 'b')}")
    times = say.one("a.t, a.u", "a.t, max(b.t) AS u", "a.t, min(b.u) AS u", "greatest(a.t, max(b.t)) AS t, a.u")
    having = say.one("", "", f" HAVING {say.aggregate('b', 'a')} IS NOT NULL", " HAVING count(b.k) >= 1")
    return (
        f"SELECT a.k, {say.aggregate('b', 'a')} AS v, {times} FROM {left} a {say.one('LEFT JOIN', 'JOIN')} {right} b "
        f"ON b.k = a.k{condition} GROUP BY a.k, a.v, a.t, a.u{having}"
    )


def join_using(say: Expressions, left: str, right: str) -> str:
    kind = say.one("JOIN", "LEFT JOIN", "FULL JOIN", "FULL JOIN", "RIGHT JOIN")
    keys = say.one("k, t", "k, t", "k", "k, u")
    t = "t" if "t" in keys else say.one("a.t", "coalesce(a.t, b.t)", "greatest(a.t, b.t)", "b.t")
    u = "u" if "u" in keys else say.one("a.u", "b.u", "coalesce(a.u, b.u)")
    return f"SELECT k, {say.one('a.v', 'b.v', 'coalesce(a.v, b.v)', 'CASE WHEN b.v IS NULL THEN 0 ELSE 1 END')} AS v, {t} AS t, {u} AS u FROM {left} a {kind} {right} b USING ({keys})"


def join_groups(say: Expressions, left: str, right: str) -> str:
    """A join with grouped rows on all of their keys, or on their last time."""
    bucket = say.one("date_trunc('day', x.t)", "CAST(x.t AS DATE)", "x.t", "date_trunc('month', x.t)")
    mine = bucket.replace("x.", "a.")
    grouped = f"(SELECT x.k, {bucket} AS d, count(*) AS n, sum(x.v) AS s, max(x.t) AS m, min(x.t) AS f FROM {right} x{say.one('', ' WHERE x.v > 1')} GROUP BY x.k, {bucket})"
    on = say.one(
        f"g.d = {mine} - INTERVAL 1 DAY",
        f"g.d < {mine}",
        f"g.d = {mine}",
        f"g.d <= {mine}",
        "g.m <= a.t",
        "g.f <= a.t",
        "g.d + INTERVAL 1 DAY <= a.t",
        "g.m < a.t AND g.n >= 2",
    )
    value = say.one("g.n", "g.s", "coalesce(g.n, 0)", "a.v", "CASE WHEN g.n IS NULL THEN 0 ELSE 1 END")
    return f"SELECT a.k, {value} AS v, a.t, {say.one('a.u', 'g.m', 'g.f', 'greatest(a.t, g.m)')} AS u FROM {left} a {say.one('LEFT JOIN', 'JOIN')} {grouped} g ON g.k = a.k AND {on}"


def asof(say: Expressions, left: str, right: str) -> str:
    order, mine, theirs = say.one(">=", ">=", ">", "<="), say.one("a.t", "a.t", "a.u"), say.one("b.t", "b.t", "b.u")
    return (
        f"SELECT a.k, {say.number('a', 'b')} AS v, a.t, {say.one('b.t', 'a.u', 'b.u')} AS u "
        f"FROM {left} a ASOF {say.one('LEFT JOIN', 'JOIN')} {right} b ON a.k = b.k AND {mine} {order} {theirs}{say.one('', '', say.where('a', 'b'))}"
    )


def exists(say: Expressions, left: str, right: str) -> str:
    condition = f"b.k = a.k AND {say.condition('a', 'b')}"
    form = say.one("exists", "not exists", "semi", "anti", "in", "not in", "value", "both", "tuple")
    if form in ("semi", "anti"):
        return f"SELECT {COLUMNS} FROM {left} a {form.upper()} JOIN {right} b ON {condition}"
    if form in ("in", "not in"):
        return f"SELECT {COLUMNS} FROM {left} a WHERE a.v {form.upper()} (SELECT b.v FROM {right} b WHERE {condition})"
    test = f"EXISTS (SELECT 1 FROM {right} b WHERE {condition})"
    if form == "value":
        return f"SELECT a.k, CASE WHEN {test} THEN 1 ELSE 0 END AS v, a.t, a.u FROM {left} a"
    if form == "both":
        return f"SELECT {COLUMNS} FROM {left} a WHERE {test} {say.one('OR', 'AND NOT', 'AND')} {say.comparison('a')}"
    if form == "tuple":
        return f"SELECT {COLUMNS} FROM {left} a WHERE (a.k, {say.one('a.v', 'a.t')}) IN (SELECT b.k, {say.one('b.v', 'max(b.v)')} FROM {right} b GROUP BY ALL)".replace(
            "a.t) IN (SELECT b.k, b.v", "a.t) IN (SELECT b.k, b.t").replace("a.t) IN (SELECT b.k, max(b.v)", "a.t) IN (SELECT b.k, max(b.t)")  # fmt: skip
    return f"SELECT {COLUMNS} FROM {left} a WHERE {form.upper()} (SELECT 1 FROM {right} b WHERE {condition})"


def scalar(say: Expressions, left: str, right: str) -> str:
    source = f"FROM {right} b WHERE b.k = a.k AND {say.condition('a', 'b')}"
    if say.chance(30):
        moment = say.one("max(b.t)", "min(b.t)", "max(b.u)")
        times = say.one("a.t, {} AS u", "a.t, greatest(a.t, {}) AS u", "coalesce({}, a.t) AS t, a.u").format(
            f"(SELECT {moment} {source})"
        )
        return f"SELECT a.k, a.v, {times} FROM {left} a"
    if say.chance(20):
        return f"SELECT {COLUMNS} FROM {left} a WHERE (SELECT {say.one('count(*)', 'max(b.v)', 'min(b.v)')} {source}) {say.one('>= 2', '< 2', '> a.v', 'IS NULL')}"
    return f"SELECT a.k, (SELECT {say.aggregate('b')} {source}) AS v, a.t, a.u FROM {left} a"


def lateral(say: Expressions, left: str, right: str) -> str:
    order = say.one(*ORDERS).replace("a.", "b.")
    return (
        f"SELECT a.k, x.v, a.t, {say.one('x.t', 'a.u')} AS u FROM {left} a {say.one('LEFT JOIN', 'JOIN')} LATERAL ("
        f"SELECT b.v, b.t FROM {right} b WHERE b.k = a.k AND {say.condition('a', 'b')} ORDER BY {order} LIMIT {say.one('1', '1', '2')}) x ON true"
    )


def combine(say: Expressions, left: str, right: str) -> str:
    kind = say.one("UNION ALL", "UNION ALL", "UNION", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL")
    return f"SELECT k, v, t, u FROM {left} {kind} SELECT k, {say.one('v', '0')}, {say.one('t, u', 't, u', 'u, t', 't, t')} FROM {right}"


def as_of_pick(say: Expressions, left: str, right: str) -> str:
    """The newest of the rows that a join finds, in another way than ASOF."""
    source = f"FROM {left} a JOIN {right} b ON b.k = a.k AND {say.condition('a', 'b')}"
    order = say.one("b.t DESC, b.v, b.u", "b.u DESC, b.v, b.t", "b.t, b.v, b.u")
    keys = say.one("a.k, a.t, a.v, a.u", "a.k, a.t", "a.k, a.v")
    columns = f"a.k, b.v, a.t, {say.one('b.t', 'a.u', 'b.u')} AS u"
    ties = f"{order}, a.v, a.t, a.u"
    if say.chance(50):
        return f"SELECT DISTINCT ON ({keys}) {columns} {source} ORDER BY {keys}, {ties}"
    return f"SELECT {columns} {source} QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {ties}) {say.one('= 1', '= 1', '<= 2', '= 2')}"


# Of three


def lateral_chain(say: Expressions, first: str, second: str, third: str) -> str:
    order = say.one("DESC", "DESC", "")
    return (
        f"SELECT a.k, {say.one('y.v', 'x.v')} AS v, a.t, {say.one('x.t', 'y.t', 'a.u')} AS u FROM {first} a "
        f"LEFT JOIN LATERAL (SELECT b.v, b.t, b.u FROM {second} b WHERE b.k = a.k AND {say.comparison('a', 'b')} ORDER BY b.t {order}, b.v, b.u LIMIT 1) x ON true "
        f"LEFT JOIN LATERAL (SELECT c.v, c.t FROM {third} c WHERE c.k = a.k AND {say.comparison(say.one('x', 'x', 'a'), 'c')} ORDER BY c.t {order}, c.v, c.u LIMIT 1) y ON true"
    )


def asof_chain(say: Expressions, first: str, second: str, third: str) -> str:
    return (
        f"SELECT a.k, {say.one('c.v', 'b.v', 'coalesce(c.v, b.v, 0)')} AS v, a.t, {say.one('b.t', 'c.t', 'a.u')} AS u FROM {first} a "
        f"ASOF LEFT JOIN {second} b ON b.k = a.k AND {say.one('a.t', 'a.t', 'a.u')} {say.one('>=', '>', '<=')} {say.one('b.t', 'b.u')} "
        f"ASOF LEFT JOIN {third} c ON c.k = a.k AND {say.one('b.t', 'b.t', 'b.u', 'a.t')} {say.one('>=', '>', '<')} {say.one('c.t', 'c.u')}"
    )


def outer_chain(say: Expressions, first: str, second: str, third: str) -> str:
    kinds = ("LEFT JOIN", "LEFT JOIN", "JOIN", "FULL JOIN")
    return (
        f"SELECT a.k, {say.number('a', 'b', 'c')} AS v, {say.time('a', 'b', 'c')} AS t, {say.time('a', 'b', 'c')} AS u FROM {first} a "
        f"{say.one(*kinds)} {second} b ON b.k = a.k AND {say.condition('a', 'b')} {say.one(*kinds)} {third} c ON c.k = {say.one('a', 'b')}.k AND {say.condition(say.one('a', 'b'), 'c')}"
        f"{say.where('a', 'b', 'c')}"
    )


UNARY = (project, project, group, group, group, window, window, window, ranked, newest, running_groups, numbered_pairs, distinct, limit, series,
         grouping_sets, recursive)  # fmt: skip
BINARY = (
    join,
    join,
    join,
    gather,
    gather,
    asof,
    exists,
    exists,
    scalar,
    lateral,
    join_groups,
    combine,
    join_using,
    as_of_pick,
)
TERNARY = (lateral_chain, asof_chain, outer_chain)
