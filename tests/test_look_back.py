"""How far before its rows a view looks, told exactly; that older rows do not matter is shown by tests/leakage/test_look_back.py."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from featurec.analysis.look_back import LookBack, look_back_of
from featurec.analysis.time.nodes import DAY, HOUR
from tests.shop import analyzed, view

ORDERS = "{{ source('shop', 'orders') }}"
USERS = "{{ source('shop', 'users') }}"
ITEMS = "{{ source('shop', 'items') }}"
CLICKS = "{{ source('log', 'clicks') }}"
SPEND = f"SELECT user_id, amount, created_at AS stamp FROM {ORDERS}"


def look_back(sql: str, *, header: str = "", files: Mapping[str, str] | None = None) -> LookBack:
    """What is said of a view with the time ``stamp``."""
    text = view(sql, timestamp="stamp", header=header)
    found, findings = analyzed({"features/v.sql": text, **(files or {})})
    assert "v" in found.views, "\n".join(f"{d.code}: {d.claim}; {d.cause}" for d in findings)
    return look_back_of(found.views["v"], found)


def bounded(sql: str, **more: str) -> dict[str, int]:
    """The reaches, by the last part of each relation's key."""
    found = look_back(sql, header=more.get("header", ""))
    assert found.reason == ""
    return {key.rpartition(".")[2]: reach for key, reach in found.reaches.items()}


BOUNDED = {
    "rows": (f"{SPEND} WHERE amount > 1", {"orders": 0}),
    "common table expressions": (
        f"WITH a AS ({SPEND}), b AS (SELECT * FROM a WHERE amount > 0) SELECT * FROM b",
        {"orders": 0},
    ),
    "days stamped at their end": (
        f"SELECT user_id, sum(amount) AS spent, date_trunc('day', created_at) + INTERVAL 1 DAY AS stamp FROM {ORDERS} GROUP BY ALL",
        {"orders": DAY},
    ),
    "days by their last row": (
        f"SELECT user_id, count(*) AS n, date_trunc('day', max(created_at)) + INTERVAL 1 DAY AS stamp FROM {ORDERS} "
        "GROUP BY user_id, date_trunc('day', created_at)",
        {"orders": DAY},
    ),
    "months": (
        f"SELECT DISTINCT user_id, date_trunc('month', created_at) + INTERVAL 1 MONTH AS stamp FROM {ORDERS}",
        {"orders": 31 * DAY},
    ),
    "an inner join": (
        f"SELECT u.user_id, o.amount, u.signup_at AS stamp FROM {USERS} u JOIN {ORDERS} o ON o.user_id = u.user_id "
        "AND o.created_at BETWEEN u.signup_at - INTERVAL 7 DAY AND u.signup_at",
        {"orders": 7 * DAY, "users": 0},
    ),
    "a left join": (
        f"SELECT u.user_id, o.amount, u.signup_at AS stamp FROM {USERS} u LEFT JOIN {ORDERS} o ON o.user_id = u.user_id "
        "AND o.created_at BETWEEN u.signup_at - INTERVAL 7 DAY AND u.signup_at",
        {"orders": 7 * DAY, "users": 0},
    ),
    "a relation that is read twice": (
        f"SELECT a.user_id, count(b.amount) AS n, a.created_at AS stamp FROM {ORDERS} a LEFT JOIN {ORDERS} b ON b.user_id = a.user_id "
        "AND b.created_at BETWEEN a.created_at - INTERVAL 7 DAY AND a.created_at GROUP BY a.user_id, a.created_at",
        {"orders": 7 * DAY},
    ),
    "a join upon a join": (
        f"SELECT a.user_id, a.created_at AS stamp FROM {ORDERS} a "
        f"JOIN {USERS} u ON u.user_id = a.user_id AND u.signup_at BETWEEN a.created_at - INTERVAL 2 DAY AND a.created_at "
        f"JOIN {ORDERS} c ON c.user_id = a.user_id AND c.created_at BETWEEN u.signup_at - INTERVAL 3 DAY AND u.signup_at",
        {"orders": 5 * DAY, "users": 2 * DAY},
    ),
    "a frame": (
        "SELECT user_id, sum(amount) OVER (PARTITION BY user_id ORDER BY created_at "
        f"RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW) AS spent, created_at AS stamp FROM {ORDERS}",
        {"orders": 7 * DAY},
    ),
    "a frame over days": (
        "WITH days AS (SELECT user_id, date_trunc('day', created_at) AS day, sum(amount) AS spent "
        f"FROM {ORDERS} GROUP BY ALL) SELECT user_id, day + INTERVAL 1 DAY AS stamp, sum(spent) OVER (PARTITION BY user_id "
        "ORDER BY day RANGE BETWEEN INTERVAL 6 DAY PRECEDING AND CURRENT ROW) AS spent FROM days",
        {"orders": 7 * DAY},
    ),
    "the first of each day": (
        f"SELECT user_id, amount, created_at AS stamp FROM {ORDERS} QUALIFY row_number() OVER "
        "(PARTITION BY user_id, date_trunc('day', created_at) ORDER BY created_at, order_id) = 1",
        {"orders": DAY - 1},
    ),
    "all of several queries": (
        f"{SPEND} UNION ALL SELECT user_id, 1.0, signup_at + INTERVAL 1 DAY FROM {USERS}",
        {"orders": 0, "users": DAY},
    ),
    "static rows": (
        f"SELECT o.user_id, i.price, o.created_at AS stamp FROM {ORDERS} o LEFT JOIN {ITEMS} i USING (item_id)",
        {"orders": 0},
    ),
    "what exists": (
        f"{SPEND} o WHERE EXISTS (SELECT 1 FROM {USERS} u WHERE u.user_id = o.user_id AND u.signup_at <= o.created_at "
        "AND u.signup_at >= o.created_at - INTERVAL 30 DAY)",
        {"orders": 0, "users": 30 * DAY},
    ),
    "what does not exist": (
        f"{SPEND} o WHERE NOT EXISTS (SELECT 1 FROM {USERS} u WHERE u.user_id = o.user_id AND u.signup_at <= o.created_at "
        "AND u.signup_at > o.created_at - INTERVAL 30 DAY)",
        {"orders": 0, "users": 30 * DAY - 1},
    ),
    "a subquery's value": (
        f"SELECT u.user_id, u.signup_at AS stamp, (SELECT max(o.amount) FROM {ORDERS} o WHERE o.user_id = u.user_id "
        f"AND o.created_at <= u.signup_at AND o.created_at >= date_trunc('month', u.signup_at)) AS most FROM {USERS} u",
        {"orders": 31 * DAY - 1, "users": 0},
    ),
    "the newest of a week": (
        f"SELECT u.user_id, o.amount, u.signup_at AS stamp FROM {USERS} u LEFT JOIN LATERAL (SELECT amount FROM {ORDERS} o "
        "WHERE o.user_id = u.user_id AND o.created_at <= u.signup_at AND o.created_at >= u.signup_at - INTERVAL 7 DAY "
        "ORDER BY o.created_at DESC, o.order_id LIMIT 1) o ON true",
        {"orders": 7 * DAY, "users": 0},
    ),
    "days of another zone": (
        f"SELECT user_id, count(*) AS n, date_trunc('day', at) + INTERVAL 1 DAY AS stamp FROM {CLICKS} GROUP BY ALL",
        {"clicks": 25 * HOUR},
    ),
    "clocks as instants": (f"SELECT user_id, at AT TIME ZONE 'Europe/Berlin' AS stamp FROM {CLICKS}", {"clicks": 0}),
    "a week by the clock": (
        f"SELECT a.user_id, a.at AS stamp FROM {CLICKS} a JOIN {CLICKS} b ON b.user_id = a.user_id "
        "AND b.at BETWEEN a.at - INTERVAL 7 DAY AND a.at",
        {"clicks": 7 * DAY + HOUR},
    ),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_look_back_is_tight(name: str) -> None:
    sql, reaches = BOUNDED[name]
    assert bounded(sql) == reaches


def test_a_delay_makes_rows_usable_later_and_so_looks_back_as_much_further() -> None:
    assert bounded(SPEND, header="delay: 1h") == {"orders": HOUR}
    days = f"SELECT user_id, sum(amount) AS spent, date_trunc('day', created_at) AS stamp FROM {ORDERS} GROUP BY ALL"
    assert bounded(days, header="delay: 1d") == {"orders": DAY}


def test_rows_of_another_view_are_as_old_as_its_delay_makes_them() -> None:
    parent = view(SPEND, timestamp="stamp", header="delay: 1h")
    sql = "SELECT user_id, stamp + INTERVAL 3 HOUR AS stamp FROM {{ ref('spend') }}"
    found = look_back(sql, files={"features/spend.sql": parent})
    assert found == LookBack({"view.spend": 2 * HOUR})


def test_with_available_at_only_the_arrival_is_delayed() -> None:
    sql = f"SELECT user_id, at AS stamp, seen FROM {CLICKS}"
    sources = """
sources:
  log:
    tables:
      clicks: {columns: {user_id: bigint, at: timestamp, seen: timestamp}, timestamp: at, available_at: seen}
"""
    parent = view(sql, timestamp="stamp", header="available_at: seen\ndelay: 1h")
    files = {"features/clicks.sql": parent, "sources.yml": sources}
    child = "SELECT user_id, stamp, seen FROM {{ ref('clicks') }}"
    found = look_back(child, header="available_at: seen\ndelay: 2h", files=files)
    assert found == LookBack({"view.clicks": HOUR})
    early = f"SELECT c.user_id, c.at AS stamp, c.seen FROM {CLICKS} AS c JOIN {CLICKS} AS d ON d.user_id = c.user_id AND d.seen <= c.at + INTERVAL 30 MINUTE"
    found = look_back(early, header="available_at: seen\ndelay: 1h", files={"sources.yml": sources})
    assert found.reason == "it reads rows that become known after its own"


OF_ANY_AGE = {
    "a sum over a life": (
        f"SELECT user_id, sum(amount) OVER (PARTITION BY user_id ORDER BY created_at) AS s, created_at AS stamp FROM {ORDERS}",
        "`sum(amount)` reads rows of any age",
    ),
    "a number of rows": (
        "SELECT user_id, sum(amount) OVER (PARTITION BY user_id ORDER BY created_at, order_id ROWS BETWEEN 7 PRECEDING "
        f"AND CURRENT ROW) AS s, created_at AS stamp FROM {ORDERS}",
        "`sum(amount)` reads rows of any age",
    ),
    "the row before": (
        f"SELECT user_id, lag(amount) OVER (PARTITION BY user_id ORDER BY created_at) AS s, created_at AS stamp FROM {ORDERS}",
        "`lag(amount)` reads rows of any age",
    ),
    "the first row": (
        f"SELECT user_id, created_at AS stamp FROM {ORDERS} QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY created_at, order_id) = 1",
        "`row_number()` reads rows of any age",
    ),
    "the first time": (
        f"SELECT user_id, min(created_at) AS stamp FROM {ORDERS} GROUP BY user_id",
        "`min(created_at)` reads rows of any age",
    ),
    "a join that does not look back": (
        f"SELECT u.user_id, o.amount, u.signup_at AS stamp FROM {USERS} u LEFT JOIN {ORDERS} o ON o.user_id = u.user_id AND o.created_at <= u.signup_at",
        "nothing bounds how old the rows of `shop.orders` are",
    ),
    "ASOF": (
        f"SELECT u.user_id, o.amount, u.signup_at AS stamp FROM {USERS} u ASOF LEFT JOIN {ORDERS} o ON o.user_id = u.user_id AND o.created_at <= u.signup_at",
        "nothing bounds how old the rows of `shop.orders` are",
    ),
    "what ever existed": (
        f"{SPEND} o WHERE EXISTS (SELECT 1 FROM {USERS} u WHERE u.user_id = o.user_id AND u.signup_at <= o.created_at)",
        "nothing bounds how old the rows of `shop.users` are",
    ),
    "an age that a row says": (
        f"SELECT u.user_id, u.signup_at AS stamp FROM {USERS} u JOIN {ORDERS} o ON o.user_id = u.user_id "
        "AND o.created_at BETWEEN u.signup_at - to_days(o.item_id::INT) AND u.signup_at",
        "nothing bounds how old the rows of `shop.orders` are",
    ),
    "a stamp that is later than all": (
        f"SELECT user_id, greatest(created_at, TIMESTAMP '2024-01-01') AS stamp FROM {ORDERS}",
        "nothing bounds how old the rows of `shop.orders` are",
    ),
    "a query that reads itself": (
        f"WITH RECURSIVE days AS ({SPEND} UNION ALL SELECT user_id, amount, stamp + INTERVAL 1 DAY FROM days WHERE stamp < TIMESTAMP '2024-01-01') SELECT * FROM days",
        "a query that reads itself",
    ),
    "one row of each": (
        f"SELECT DISTINCT ON (user_id) user_id, amount, created_at AS stamp FROM {ORDERS} ORDER BY user_id, created_at DESC, order_id",
        "a later row may take the place of one of its rows",
    ),
    "the newest rows": (
        f"{SPEND} ORDER BY created_at DESC, order_id LIMIT 10",
        "a later row may take the place of one of its rows",
    ),
    "the clock": (f"{SPEND} WHERE created_at <= now()", "it reads the clock"),
    "chance": (
        f"SELECT user_id, random() AS r, created_at AS stamp FROM {ORDERS}",
        "its values may differ from run to run",
    ),
    "the future": (
        f"SELECT user_id, lead(amount) OVER (PARTITION BY user_id ORDER BY created_at) AS s, created_at AS stamp FROM {ORDERS}",
        "it reads rows that become known after its own",
    ),
    "what is not understood": (
        f"SELECT user_id, no_such_function(amount) AS s, created_at AS stamp FROM {ORDERS}",
        "whether all that it reads is known at its times could not be shown",
    ),
}


@pytest.mark.parametrize("name", OF_ANY_AGE)
def test_what_is_not_bounded_says_why(name: str) -> None:
    sql, reason = OF_ANY_AGE[name]
    assert replace(look_back(sql), steady=True) == LookBack({}, reason)


def test_an_accepted_or_suppressed_finding_is_one_all_the_same() -> None:
    sql = f"SELECT user_id, amount, created_at AS stamp FROM {ORDERS} WHERE created_at <= now() -- noqa: FC304"
    assert look_back(sql) == LookBack({}, "it reads the clock", steady=False)


def test_what_is_rewritten_in_place_is_not_bounded() -> None:
    sources = """
sources:
  shop:
    tables:
      orders: {columns: {user_id: bigint, amount: double, created_at: timestamp}, timestamp: created_at, mutable: [amount]}
"""
    found = look_back(SPEND, files={"sources.yml": sources})
    assert found == LookBack({}, "it reads what is rewritten in place", steady=False)
    unread = f"SELECT user_id, created_at AS stamp FROM {ORDERS}"
    assert look_back(unread, files={"sources.yml": sources}) == LookBack({"source.shop.orders": 0})
