"""Rows that are stamped too early, or with the newest of what they are made of."""

from tests.cures.leak import Leak

LEAKS = {
    "bucket start, ended": Leak(
        "FC306",
        "SELECT user_id, date_trunc('day', created_at) AS t, sum(amount) AS a, count(*) AS n FROM shop.orders GROUP BY 1, 2",
        "date_trunc('day', created_at) + INTERVAL 1 DAY AS t",
        (("date_trunc('day', created_at) AS t", "date_trunc('day', created_at) + INTERVAL 1 DAY AS t"),),
        "t",
    ),
    "bucket start, delayed": Leak(
        "FC306",
        "SELECT user_id, time_bucket(INTERVAL 90 MINUTE, created_at) AS t, sum(amount) AS a FROM shop.orders GROUP BY ALL",
        "delay: 90min",
        (("timestamp: t", "timestamp: t\ndelay: 90min"),),
        "t",
    ),
    "start of a month": Leak(
        "FC306",
        "SELECT user_id, date_trunc('month', created_at) AS t, sum(amount) AS a FROM shop.orders GROUP BY ALL",
        "date_trunc('month', created_at) + INTERVAL 1 MONTH AS t",
        (("date_trunc('month', created_at) AS t", "date_trunc('month', created_at) + INTERVAL 1 MONTH AS t"),),
        "t",
    ),
    "date as a stamp, in Postgres": Leak(
        "FC306",
        "SELECT user_id, CAST(created_at AS DATE) AS t, sum(amount) AS a FROM shop.orders GROUP BY 1, 2",
        "CAST(created_at AS DATE) + INTERVAL '1 day' AS t",
        (("CAST(created_at AS DATE) AS t", "CAST(created_at AS DATE) + INTERVAL '1 day' AS t"),),
        "t",
        dialect="postgres",
    ),
    "group stamped with its first row": Leak(
        "FC306",
        "SELECT user_id, item, min(created_at) AS t, avg(amount) AS a FROM shop.orders GROUP BY user_id, item",
        "avg(amount) OVER (PARTITION BY user_id, item ORDER BY created_at)",
        (
            ("avg(amount)", "avg(amount) OVER (PARTITION BY user_id, item ORDER BY created_at)"),
            ("min(created_at)", "created_at"),
            (" GROUP BY user_id, item", ""),
        ),
        "avg",
    ),
    "group stamped with its newest row": Leak(
        "FC311",
        "SELECT user_id, item, max(created_at) AS t, avg(amount) AS a FROM shop.orders GROUP BY user_id, item",
        "avg(amount) OVER (PARTITION BY user_id, item ORDER BY created_at)",
        (
            ("avg(amount)", "avg(amount) OVER (PARTITION BY user_id, item ORDER BY created_at)"),
            ("max(created_at)", "created_at"),
            (" GROUP BY user_id, item", ""),
        ),
        "max",
    ),
    "newest row by DISTINCT ON": Leak(
        "FC311",
        "SELECT DISTINCT ON (o.user_id) o.user_id, o.created_at AS t, amount\nFROM shop.orders o ORDER BY o.user_id, o.created_at DESC",
        "leave out DISTINCT ON",
        (("DISTINCT ON (o.user_id) ", ""),),
        "user_id",
    ),
    "newest row by number": Leak(
        "FC311",
        "WITH r AS (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC) AS rn FROM shop.orders)\n"
        "SELECT user_id, created_at AS t, amount FROM r WHERE rn = 1",
        "leave out `rn = 1`",
        ((" WHERE rn = 1", ""),),
        "row_number",
    ),
    "newest rows by LIMIT": Leak(
        "FC311",
        "SELECT user_id, created_at AS t, amount FROM shop.orders ORDER BY created_at DESC LIMIT 1000",
        "leave LIMIT out",
        ((" LIMIT 1000", ""),),
        "LIMIT 1000",
    ),
    "stamp before the row is known": Leak(
        "FC315",
        "SELECT r.user_id, r.requested_at AS t, r.refunded FROM shop.refunds r",
        "available_at: settled_at",
        (("r.refunded", "r.refunded, settled_at"), ("timestamp: t", "timestamp: t\navailable_at: settled_at")),
        "t",
    ),
    "date of a row": Leak(
        "FC315",
        "SELECT user_id, created_at::date AS t, amount FROM shop.orders",
        "delay: 1d",
        (("timestamp: t", "timestamp: t\ndelay: 1d"),),
        "t",
    ),
    "stamp in a union": Leak(
        "FC315",
        "SELECT user_id, created_at AS t, amount FROM shop.orders\n"
        "UNION ALL SELECT user_id, requested_at, refunded FROM shop.refunds",
        "stamp it with `settled_at` in place of `requested_at`",
        (("requested_at, refunded FROM", "settled_at, refunded FROM"),),
        "requested_at",
    ),
}
