"""Rows that a join, a subquery or a filter lets in from later."""

from tests.cures.leak import Leak

LEAKS = {
    "join on a key alone": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, count(v.page) AS n, max(v.page) AS a\n"
        "FROM shop.orders AS o LEFT JOIN shop.visits AS v ON v.user_id = o.user_id\nGROUP BY o.user_id, o.created_at",
        "AND v.seen_at <= o.created_at",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "join with OR": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, v.page FROM shop.orders AS o\n"
        "JOIN shop.visits AS v ON v.user_id = o.user_id OR v.page = o.item",
        "put what ON says in parentheses and add `AND v.seen_at <= o.created_at`",
        (
            (
                "v.user_id = o.user_id OR v.page = o.item",
                "(v.user_id = o.user_id OR v.page = o.item) AND v.seen_at <= o.created_at",
            ),
        ),
        "visits",
    ),
    "inner join by USING": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, v.page FROM shop.orders AS o JOIN shop.visits AS v USING (user_id)",
        "add `WHERE v.seen_at <= o.created_at`",
        (("USING (user_id)", "USING (user_id) WHERE v.seen_at <= o.created_at"),),
        "visits",
    ),
    "left join by USING": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, v.page FROM shop.orders AS o LEFT JOIN shop.visits AS v USING (user_id)",
        "ON o.user_id = v.user_id AND v.seen_at <= o.created_at",
        (("USING (user_id)", "ON o.user_id = v.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "comma join": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, v.page FROM shop.orders o, shop.visits v\nWHERE v.user_id = o.user_id",
        "add to WHERE: `AND v.seen_at <= o.created_at`",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "right join": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, v.page\n"
        "FROM shop.visits v RIGHT JOIN shop.orders o ON v.user_id = o.user_id",
        "add to ON: `AND v.seen_at <= o.created_at`",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "join without aliases, of a template": Leak(
        "FC305",
        "SELECT orders.user_id, orders.created_at AS t, page FROM {{ source('shop', 'orders') }}\n"
        "JOIN {{ source('shop', 'visits') }} ON orders.user_id = visits.user_id",
        "AND visits.seen_at <= orders.created_at",
        (
            (
                "orders.user_id = visits.user_id",
                "orders.user_id = visits.user_id AND visits.seen_at <= orders.created_at",
            ),
        ),
        "{{ source('shop', 'visits') }}",
    ),
    "join on the day, then grouped": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, count(v.page) AS n FROM shop.orders o\n"
        "LEFT JOIN shop.visits v ON v.user_id = o.user_id AND v.seen_at::date = o.created_at::date\n"
        "GROUP BY o.user_id, o.created_at, o.order_id",
        "AND v.seen_at <= o.created_at",
        (("o.created_at::date\n", "o.created_at::date AND v.seen_at <= o.created_at\n"),),
        "visits",
    ),
    "join in a common table expression": Leak(
        "FC305",
        "WITH both_of AS (\n  SELECT o.user_id, o.created_at AS at, v.page FROM shop.orders o\n"
        "  JOIN shop.visits v ON v.user_id = o.user_id\n)\nSELECT user_id, at AS t, page FROM both_of",
        "AND v.seen_at <= o.created_at",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "join in a common table expression beside the rows that are stamped": Leak(
        "FC305",
        "WITH base AS (SELECT order_id, user_id, created_at FROM shop.orders), seen AS (\n"
        "  SELECT b.order_id, b.created_at, count(v.page) AS n FROM base b\n"
        "  LEFT JOIN shop.visits v ON v.user_id = b.user_id AND v.seen_at <= b.created_at + INTERVAL 1 HOUR\n"
        "  GROUP BY b.order_id, b.created_at\n)\n"
        "SELECT b.user_id, b.created_at AS t, s.n FROM base b LEFT JOIN seen s\n"
        "  ON s.order_id = b.order_id AND s.created_at = b.created_at",
        "AND v.seen_at <= b.created_at",
        ((" + INTERVAL 1 HOUR", " + INTERVAL 1 HOUR AND v.seen_at <= b.created_at"),),
        "visits",
    ),
    "join of a view with a delay": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, d.spent FROM shop.orders o\n"
        "JOIN {{ ref('daily') }} d ON d.user_id = o.user_id",
        "AND d.day + INTERVAL 1 DAY <= o.created_at",
        (("d.user_id = o.user_id", "d.user_id = o.user_id AND d.day + INTERVAL 1 DAY <= o.created_at"),),
        "{{ ref('daily') }}",
    ),
    "ASOF join forwards": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, v.page FROM shop.orders o\n"
        "ASOF LEFT JOIN shop.visits v ON v.user_id = o.user_id AND v.seen_at >= o.created_at",
        "o.created_at >= v.seen_at",
        (("v.seen_at >= o.created_at", "o.created_at >= v.seen_at"),),
        "visits",
    ),
    "LATERAL with LIMIT": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t, p.page FROM shop.orders o LEFT JOIN LATERAL (\n"
        "  SELECT page FROM shop.visits v WHERE v.user_id = o.user_id ORDER BY seen_at DESC, page LIMIT 1\n) AS p ON true",
        "add to WHERE: `AND v.seen_at <= o.created_at`",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "scalar subquery": Leak(
        "FC305",
        "SELECT o.user_id, o.created_at AS t,\n"
        "  (SELECT max(v.page) FROM shop.visits v WHERE v.user_id = o.user_id) AS a FROM shop.orders o",
        "add to WHERE: `AND v.seen_at <= o.created_at`",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "max",
    ),
    "scalar subquery of the same table": Leak(
        "FC305",
        "SELECT user_id, created_at AS t, amount - (SELECT avg(amount) FROM shop.orders) AS a FROM shop.orders",
        "give the inner `orders` the alias `past`, and add `WHERE past.created_at <= orders.created_at`",
        (
            (
                "FROM shop.orders)",
                "FROM shop.orders AS past WHERE past.created_at <= orders.created_at)",
            ),
        ),
        "avg",
    ),
    "statistic in a common table expression": Leak(
        "FC305",
        "WITH usual AS (SELECT item, avg(amount) AS usual FROM shop.orders GROUP BY item)\n"
        "SELECT o.user_id, o.created_at AS t, o.amount - u.usual AS a FROM shop.orders o JOIN usual u ON u.item = o.item",
        "avg(amount) OVER (PARTITION BY item ORDER BY created_at)",
        (
            ("WITH usual AS (SELECT item, avg(amount) AS usual FROM shop.orders GROUP BY item)\n", ""),
            ("o.amount - u.usual", "o.amount - avg(amount) OVER (PARTITION BY item ORDER BY created_at)"),
            (" JOIN usual u ON u.item = o.item", ""),
        ),
        "usual",
    ),
    "rows that are known later than they are bounded by": Leak(
        "FC309",
        "SELECT o.user_id, o.created_at AS t, count(r.refunded) AS n, sum(r.refunded) AS a FROM shop.orders o\n"
        "LEFT JOIN shop.refunds r ON r.user_id = o.user_id AND r.requested_at < o.created_at\n"
        "GROUP BY o.user_id, o.created_at",
        "AND r.settled_at <= o.created_at",
        (("r.requested_at < o.created_at", "r.requested_at < o.created_at AND r.settled_at <= o.created_at"),),
        "refunds",
    ),
    "EXISTS of later rows": Leak(
        "FC314",
        "SELECT o.user_id, o.created_at AS t, o.amount FROM shop.orders o\n"
        "WHERE EXISTS (SELECT 1 FROM shop.visits v WHERE v.user_id = o.user_id)",
        "add to WHERE: `AND v.seen_at <= o.created_at`",
        (("v.user_id = o.user_id", "v.user_id = o.user_id AND v.seen_at <= o.created_at"),),
        "visits",
    ),
    "IN later rows": Leak(
        "FC314",
        "SELECT o.user_id, o.created_at AS t, o.amount FROM shop.orders o\n"
        "WHERE o.user_id IN (SELECT user_id FROM shop.visits WHERE page = 'help')",
        "seen_at <= o.created_at",
        (("page = 'help'", "page = 'help' AND seen_at <= o.created_at"),),
        "visits",
    ),
    "spine of those who came back": Leak(
        "FC314",
        "SELECT o.user_id, o.created_at AS t FROM shop.orders o\n"
        "WHERE EXISTS (SELECT 1 FROM shop.visits v WHERE v.user_id = o.user_id)",
        "drop the filter",
        (("\nWHERE EXISTS (SELECT 1 FROM shop.visits v WHERE v.user_id = o.user_id)", ""),),
        "visits",
        spine=True,
    ),
    "spine of rows with one answer": Leak(
        "FC314",
        "SELECT user_id, reported_at AS t FROM shop.frauds\nWHERE NOT is_fraud",
        "drop the filter: when the row is used nobody knows yet whether it holds",
        (("\nWHERE NOT is_fraud", ""),),
        "is_fraud",
        spine=True,
    ),
}
