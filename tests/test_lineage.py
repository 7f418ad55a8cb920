"""Where columns and rows come from: each test is a query and the edges that it must have."""

import pytest

from featurec.analysis.model import AnalyzedView, LineageEdge
from tests.shop import analyzed, analyzed_view, view


def edges(found: tuple[LineageEdge, ...]) -> set[str]:
    """``orders.amount`` for a value, ``orders.amount/filter`` for any other kind."""
    return {f"{e.relation.rpartition('.')[2]}.{e.column}" + ("" if e.kind == "value" else f"/{e.kind}") for e in found}


def column(sql: str, name: str = "f", dialect: str = "duckdb") -> set[str]:
    return edges(analyzed_view(sql, dialect=dialect).lineage.columns[name])


def rows(sql: str, dialect: str = "duckdb") -> set[str]:
    return edges(analyzed_view(sql, dialect=dialect).lineage.rows)


VALUES = {
    "a column": ("SELECT user_id, created_at, amount AS f FROM orders", {"orders.amount"}),
    "an expression": (
        "SELECT user_id, created_at, amount * order_id + length(status) AS f FROM orders",
        {"orders.amount", "orders.order_id", "orders.status"},
    ),
    "a condition": (
        "SELECT user_id, created_at, CASE WHEN status = 'x' THEN amount END AS f FROM orders",
        {"orders.amount", "orders.status"},
    ),
    "a constant": ("SELECT user_id, created_at, 1 AS f FROM orders", set()),
    "an alias of the same SELECT": (
        "SELECT user_id, created_at, amount AS a, a + order_id AS f FROM orders",
        {"orders.amount", "orders.order_id"},
    ),
    "a window": (
        "SELECT user_id, created_at, sum(amount) OVER (PARTITION BY user_id ORDER BY created_at) AS f FROM orders",
        {"orders.amount", "orders.user_id/window", "orders.created_at/window"},
    ),
    "a named window": (
        "SELECT user_id, created_at, sum(amount) OVER w AS f FROM orders WINDOW w AS (PARTITION BY item_id)",
        {"orders.amount", "orders.item_id/window"},
    ),
    "a filtered aggregate": (
        "SELECT user_id, max(created_at) AS created_at, sum(amount) FILTER (WHERE status = 'x') AS f FROM orders GROUP BY 1",
        {"orders.amount", "orders.status/filter"},
    ),
    "an ordered aggregate": (
        "SELECT user_id, max(created_at) AS created_at, first(amount ORDER BY order_id) AS f FROM orders GROUP BY 1",
        {"orders.amount", "orders.order_id/order"},
    ),
    "arg_max": (
        "SELECT user_id, max(created_at) AS created_at, arg_max(amount, order_id) AS f FROM orders GROUP BY 1",
        {"orders.amount", "orders.order_id/order"},
    ),
    "a percentile": (
        "SELECT user_id, max(created_at) AS created_at, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS f "
        "FROM orders GROUP BY 1",
        {"orders.amount"},
    ),
    "through a CTE": (
        "WITH a AS (SELECT *, amount * order_id AS x FROM orders), b AS (SELECT user_id, created_at, x FROM a) "
        "SELECT user_id, created_at, x AS f FROM b",
        {"orders.amount", "orders.order_id"},
    ),
    "a windowed column read further out": (
        "SELECT user_id, created_at, r + 1 AS f FROM (SELECT *, rank() OVER (ORDER BY amount) AS r FROM orders)",
        {"orders.amount/window"},
    ),
    "a union, by position": (
        "SELECT user_id, created_at, amount AS f FROM orders UNION ALL SELECT user_id, signup_at, length(country) FROM users",
        {"orders.amount", "users.country"},
    ),
    "a union, by name": (
        "SELECT user_id, created_at, amount AS f FROM orders "
        "UNION ALL BY NAME SELECT length(country) AS f, user_id, signup_at AS created_at FROM users",
        {"orders.amount", "users.country"},
    ),
    "EXCEPT gives only the left side's values": (
        "SELECT user_id, created_at, user_id AS f FROM orders EXCEPT SELECT user_id, signup_at, user_id FROM users",
        {"orders.user_id"},
    ),
    "a recursive CTE": (
        "WITH RECURSIVE r AS (SELECT user_id, created_at, amount, 0 AS f FROM orders "
        "UNION ALL SELECT r.user_id, r.created_at, r.amount, r.f + i.item_id FROM r JOIN items i ON i.price > r.amount "
        "WHERE r.f < 3) SELECT user_id, created_at, f FROM r",
        {"items.item_id"},
    ),
    "a recursive CTE that passes columns round": (
        "WITH RECURSIVE r(user_id, created_at, a, b, c) AS (SELECT user_id, created_at, amount, order_id, item_id FROM orders "
        "UNION ALL SELECT user_id, created_at, b, c, a FROM r) SELECT user_id, created_at, a AS f FROM r",
        {"orders.amount", "orders.order_id", "orders.item_id"},
    ),
    "a star": ("SELECT *, amount AS f FROM orders", {"orders.amount"}),
    "a replaced column": (
        "SELECT user_id, created_at, amount AS f FROM (SELECT * REPLACE (order_id AS amount) FROM orders)",
        {"orders.order_id"},
    ),
    "a lateral subquery": (
        "SELECT o.user_id, o.created_at, l.p AS f FROM orders o, LATERAL (SELECT max(i.price) AS p FROM items i "
        "WHERE i.item_id = o.item_id) l",
        {"items.price"},
    ),
    "a correlated scalar subquery": (
        "SELECT o.user_id, o.created_at, (SELECT max(u.country) FROM users u WHERE u.user_id = o.user_id) AS f FROM orders o",
        {"users.country", "users.user_id/filter", "orders.user_id/filter"},
    ),
    "EXISTS": (
        "SELECT o.user_id, o.created_at, EXISTS (SELECT u.country FROM users u WHERE u.user_id = o.user_id) AS f FROM orders o",
        {"users.user_id/filter", "orders.user_id/filter"},
    ),
    "IN": (
        "SELECT user_id, created_at, item_id IN (SELECT item_id FROM items WHERE price > 1) AS f FROM orders",
        {"orders.item_id", "items.item_id", "items.price/filter"},
    ),
    "unnest": (
        "SELECT user_id, created_at, t.tag AS f FROM orders, unnest(tags) AS t(tag)",
        {"orders.tags"},
    ),
    "unnest in the SELECT list": ("SELECT user_id, created_at, unnest(tags) AS f FROM orders", {"orders.tags"}),
    "a struct's field": ("SELECT user_id, created_at, info.a AS f FROM orders", {"orders.info"}),
    "a lambda": (
        "SELECT user_id, created_at, list_transform(tags, x -> x || status) AS f FROM orders",
        {"orders.tags", "orders.status"},
    ),
    "a list comprehension": (
        "SELECT user_id, created_at, [x || status FOR x IN tags IF x <> ''] AS f FROM orders",
        {"orders.tags", "orders.status"},
    ),
    "a whole row": (
        "SELECT user_id, created_at, u AS f FROM (SELECT user_id AS k, country FROM users) u JOIN orders ON u.k = user_id",
        {"users.user_id", "users.country"},
    ),
    "USING takes both sides": (
        "SELECT user_id, created_at, user_id AS f FROM orders LEFT JOIN users USING (user_id)",
        {"orders.user_id", "users.user_id"},
    ),
    "a pivot": (
        "SELECT user_id, created_at, x AS f FROM (SELECT user_id, created_at, status, amount FROM orders) "
        "PIVOT (sum(amount) FOR status IN ('x', 'y'))",
        {"orders.amount", "orders.status", "orders.user_id", "orders.created_at"},
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_value(name: str) -> None:
    sql, expected = VALUES[name]
    assert column(sql) == expected


ROWS = {
    "WHERE": ("SELECT user_id, created_at FROM orders WHERE amount > 1", {"orders.amount/filter"}),
    "HAVING": (
        "SELECT user_id, max(created_at) AS created_at FROM orders GROUP BY user_id HAVING sum(amount) > 1",
        {"orders.user_id/group", "orders.amount/filter"},
    ),
    "QUALIFY": (
        "SELECT user_id, created_at FROM orders QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY amount) = 1",
        {"orders.user_id/filter", "orders.amount/filter"},
    ),
    "a join of which no column is used": (
        "SELECT o.user_id, o.created_at FROM orders o LEFT JOIN items i ON i.item_id = o.item_id",
        {"orders.item_id/join", "items.item_id/join"},
    ),
    "a semi-join": (
        "SELECT user_id, created_at FROM orders SEMI JOIN users USING (user_id)",
        {"orders.user_id/join", "users.user_id/join"},
    ),
    "NOT EXISTS": (
        "SELECT o.user_id, o.created_at FROM orders o WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = o.user_id)",
        {"orders.user_id/filter", "users.user_id/filter"},
    ),
    "GROUP BY ALL": (
        "SELECT user_id, date_trunc('day', created_at) AS created_at, sum(amount) AS s FROM orders GROUP BY ALL",
        {"orders.user_id/group", "orders.created_at/group"},
    ),
    "DISTINCT": (
        "SELECT DISTINCT user_id, created_at FROM orders",
        {"orders.user_id/group", "orders.created_at/group"},
    ),
    "DISTINCT ON": (
        "SELECT DISTINCT ON (item_id) user_id, created_at FROM orders ORDER BY item_id, amount",
        {"orders.item_id/group", "orders.item_id/order", "orders.amount/order"},
    ),
    "ORDER BY an alias": (
        "SELECT user_id, created_at, amount * 2 AS x FROM orders ORDER BY x LIMIT 3",
        {"orders.amount/order"},
    ),
    "a filter in a CTE": (
        "WITH big AS (SELECT * FROM orders WHERE amount > 1) SELECT user_id, created_at FROM big",
        {"orders.amount/filter"},
    ),
    "a filter on a computed column": (
        "SELECT user_id, created_at FROM (SELECT *, amount - order_id AS x FROM orders) WHERE x > 1",
        {"orders.amount/filter", "orders.order_id/filter"},
    ),
    "a CTE that nothing reads": (
        "WITH unused AS (SELECT * FROM orders WHERE amount > 1) SELECT user_id, created_at FROM orders",
        set(),
    ),
    "UNION removes duplicates": (
        "SELECT user_id, created_at FROM orders UNION SELECT user_id, signup_at FROM users",
        {"orders.user_id/group", "orders.created_at/group", "users.user_id/group", "users.signup_at/group"},
    ),
    "EXCEPT": (
        "SELECT user_id, created_at FROM orders EXCEPT SELECT user_id, signup_at FROM users",
        {"orders.user_id/group", "orders.created_at/group", "users.user_id/filter", "users.signup_at/filter"},
    ),
    "an ASOF join": (
        "SELECT o.user_id, o.created_at FROM orders o ASOF JOIN users u ON o.user_id = u.user_id AND o.created_at >= u.signup_at",
        {"orders.user_id/join", "users.user_id/join", "orders.created_at/join", "users.signup_at/join"},
    ),
    "IN with its own filter": (
        "SELECT user_id, created_at FROM orders WHERE item_id IN (SELECT item_id FROM items WHERE price > 1)",
        {"orders.item_id/filter", "items.item_id/filter", "items.price/filter"},
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str) -> None:
    sql, expected = ROWS[name]
    assert rows(sql) == expected


def test_a_view_is_read_column_by_column_and_not_through() -> None:
    result, findings = analyzed(
        {
            "features/spend.sql": view("SELECT user_id, created_at, amount * 2 AS spent FROM orders"),
            "features/share.sql": view(
                "SELECT user_id, created_at, spent AS f FROM {{ ref('spend') }} WHERE spent > 1"
            ),
        }
    )
    assert findings == []
    share = result.views["share"]
    assert share.relations == ("view.spend",)
    assert edges(share.lineage.columns["f"]) == {"spend.spent"}
    assert edges(share.lineage.rows) == {"spend.spent/filter"}


def test_snowflake_match_condition_is_a_join() -> None:
    sql = (
        "SELECT o.user_id, o.created_at, u.country AS f FROM orders o ASOF JOIN users u "
        "MATCH_CONDITION (o.created_at >= u.signup_at) ON o.user_id = u.user_id"
    )
    found = analyzed_view(sql, dialect="snowflake")
    assert edges(found.lineage.columns["f"]) == {"users.country"}
    assert "users.signup_at/join" in edges(found.lineage.rows)


def test_clickhouse_combinators_and_array_join() -> None:
    sql = "SELECT user_id, max(created_at) AS created_at, sumIf(amount, status = 'x') AS f FROM orders GROUP BY user_id"
    assert column(sql, dialect="clickhouse") == {"orders.amount", "orders.status/filter"}
    assert column("SELECT user_id, created_at, tag AS f FROM orders ARRAY JOIN tags AS tag", dialect="clickhouse") == {
        "orders.tags"
    }


def test_spark_lateral_view() -> None:
    sql = "SELECT user_id, created_at, tag AS f FROM orders LATERAL VIEW explode(tags) t AS tag"
    assert column(sql, dialect="spark") == {"orders.tags"}


def spelled(found: AnalyzedView) -> list[str]:
    return [column.name for column in found.columns]


def test_star_columns_keep_the_declared_order_and_left_out_ones_are_gone() -> None:
    found = analyzed_view("SELECT * EXCLUDE (tags, info) FROM orders")
    assert spelled(found) == ["order_id", "user_id", "item_id", "amount", "status", "created_at"]
    assert set(found.lineage.columns) == set(spelled(found))
