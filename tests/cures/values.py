"""Values and filters that no bound in time makes known."""

from tests.cures.leak import Leak

LEAKS = {
    "clock in a value": Leak(
        "FC304",
        "SELECT o.user_id, o.created_at AS t, date_diff('day', v.seen_at, current_date) AS a\n"
        "FROM shop.orders o ASOF JOIN shop.visits v ON v.user_id = o.user_id AND o.created_at >= v.seen_at",
        "write `o.created_at` in place of `current_date`",
        (("current_date", "o.created_at"),),
        "current_date",
    ),
    "clock in a filter": Leak(
        "FC304",
        "SELECT user_id, created_at AS t, amount FROM shop.orders\nWHERE created_at > now() - INTERVAL 30 DAY",
        "ttl: 30d",
        (("\nWHERE created_at > now() - INTERVAL 30 DAY", ""), ("timestamp: t", "timestamp: t\nttl: 30d")),
        "now",
    ),
    "a label": Leak(
        "FC308",
        "SELECT o.user_id, o.created_at AS t, f.is_fraud FROM shop.orders o\n"
        "JOIN shop.frauds f ON f.user_id = o.user_id AND f.reported_at <= o.created_at",
        "labels: true",
        (("labels: [is_fraud]", "labels: true"),),
        "is_fraud",
    ),
    "random number": Leak(
        "FC312",
        "SELECT user_id, created_at AS t, random() AS a FROM shop.orders",
        "hash(user_id)",
        (("random()", "hash(user_id)"),),
        "random",
    ),
    "any value": Leak(
        "FC312",
        "SELECT user_id, date_trunc('day', created_at) + INTERVAL 1 DAY AS t, any_value(amount) AS a\n"
        "FROM shop.orders GROUP BY ALL",
        "any_value(amount ORDER BY created_at)",
        (("any_value(amount)", "any_value(amount ORDER BY created_at)"),),
        "any_value",
    ),
    "LIMIT without order": Leak(
        "FC312",
        "SELECT user_id, created_at AS t, amount FROM shop.orders\nLIMIT 1000",
        "leave LIMIT out",
        (("\nLIMIT 1000", ""),),
        "LIMIT 1000",
    ),
    "spine of the last month": Leak(
        "FC304",
        "SELECT user_id, created_at AS t FROM shop.orders\nWHERE created_at > now() - INTERVAL 30 DAY",
        "leave the filter out",
        (("\nWHERE created_at > now() - INTERVAL 30 DAY", ""),),
        "now",
        spine=True,
    ),
}
