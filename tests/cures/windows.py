"""Windows that reach past the row."""

from tests.cures.leak import Leak

LEAKS = {
    "frame into the future": Leak(
        "FC301",
        "SELECT user_id, created_at AS t,\n avg(amount) OVER (PARTITION BY user_id ORDER BY created_at\n"
        "   ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING) AS a FROM shop.orders",
        "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW",
        (("ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING", "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW"),),
        "avg",
    ),
    "frame that only looks ahead, in a named window": Leak(
        "FC301",
        "SELECT user_id, created_at AS t, avg(amount) OVER w AS a FROM shop.orders\n"
        "WINDOW w AS (PARTITION BY user_id ORDER BY created_at RANGE BETWEEN CURRENT ROW AND INTERVAL 1 DAY FOLLOWING)",
        "RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW",
        (
            (
                "RANGE BETWEEN CURRENT ROW AND INTERVAL 1 DAY FOLLOWING",
                "RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW",
            ),
        ),
        "avg",
    ),
    "window ordered downwards": Leak(
        "FC301",
        "SELECT o.user_id, o.created_at AS t, sum(o.amount) OVER (PARTITION BY o.user_id ORDER BY o.created_at DESC) AS a\n"
        "FROM shop.orders o",
        "leave out DESC",
        ((" DESC", ""),),
        "sum",
    ),
    "window ordered by the event time of rows that are known later": Leak(
        "FC301",
        "SELECT user_id, settled_at AS t, sum(refunded) OVER (PARTITION BY user_id ORDER BY requested_at) AS a\nFROM shop.refunds",
        "ORDER BY settled_at",
        (("ORDER BY requested_at", "ORDER BY settled_at"),),
        "sum",
    ),
    "rank of the day": Leak(
        "FC301",
        "SELECT user_id, created_at AS t,\n"
        "  rank() OVER (PARTITION BY item, CAST(created_at AS DATE) ORDER BY amount DESC) AS a FROM shop.orders",
        "count(*) OVER (PARTITION BY item, CAST(created_at AS DATE) ORDER BY created_at)",
        (
            (
                "rank() OVER (PARTITION BY item, CAST(created_at AS DATE) ORDER BY amount DESC)",
                "count(*) OVER (PARTITION BY item, CAST(created_at AS DATE) ORDER BY created_at)",
            ),
        ),
        "rank",
    ),
    "window without order": Leak(
        "FC302",
        "SELECT user_id, created_at AS t, amount - avg(amount) OVER (PARTITION BY user_id, item) AS a FROM shop.orders",
        "OVER (PARTITION BY user_id, item ORDER BY created_at)",
        (
            (
                "OVER (PARTITION BY user_id, item)",
                "OVER (PARTITION BY user_id, item ORDER BY created_at)",
            ),
        ),
        "avg",
    ),
    "negative LAG": Leak(
        "FC303",
        "SELECT user_id, created_at AS t, lag(amount, -1) OVER (PARTITION BY user_id ORDER BY created_at) AS a\n"
        "FROM shop.orders",
        "look back by a number that is not negative",
        (("lag(amount, -1)", "lag(amount, 1)"),),
        "lag",
    ),
}
