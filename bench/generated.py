"""The generated projects of the benchmarks: the same SQL as feature views and as dbt models.

Each view has Jinja (a macro, a loop, a variable), common table expressions, windows and a join; one in ten refs another.
"""

from collections.abc import Mapping
from pathlib import Path

TABLES = 50

BODY = """\
WITH orders AS (
  SELECT user_id, order_id, amount, status, created_at
  FROM {{{{ source('raw', 'orders_{table}') }}}}
  WHERE status IN ({{% for s in var('statuses') %}}'{{{{ s }}}}'{{{{ ', ' if not loop.last }}}}{{% endfor %}})
),
running AS (
  SELECT
    o.user_id,
    o.created_at,
    o.amount,
    {{{{ so_far('count(*)') }}}} AS orders_so_far,
    {{{{ so_far('sum(o.amount)') }}}} AS spent_so_far,
    {{{{ so_far('max(o.amount)') }}}} AS largest_so_far,
    LAG(o.amount, {lag}) OVER (PARTITION BY o.user_id ORDER BY o.created_at) AS amount_before
  FROM orders AS o
)
SELECT
  r.user_id,
  r.created_at,
  r.orders_so_far,
  r.spent_so_far,
  r.largest_so_far,
  r.amount - COALESCE(r.amount_before, 0) AS amount_change,
  CASE WHEN r.spent_so_far > {limit} THEN 'gold' WHEN r.orders_so_far > 3 THEN 'silver' ELSE 'none' END AS tier,
  {joined}.{column} AS other
FROM running AS r
LEFT JOIN {relation} AS {joined}
  ON {joined}.user_id = r.user_id AND {joined}.created_at <= r.created_at
WHERE r.amount > {{{{ var('least_amount') }}}}
"""
MACRO = """\
{% macro so_far(aggregate) -%}
{{ aggregate }} OVER (PARTITION BY o.user_id ORDER BY o.created_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
{%- endmacro %}
"""
HEADER = """\
/*---
description: What a user has ordered up to this order.
owner: shop@example.com
entities: [user]
timestamp: created_at
features:
  orders_so_far: {type: bigint}
  spent_so_far: {type: "decimal(38,2)"}
  largest_so_far: {type: "decimal(18,2)"}
  tier: {type: varchar}
---*/
"""
COLUMNS = {
    "user_id": "bigint",
    "order_id": "bigint",
    "amount": '"decimal(18,2)"',
    "status": "varchar",
    "created_at": "timestamptz",
}


def body(number: int) -> str:
    """The SQL of a view; every tenth reads the one before it, the others join a table."""
    if number % 10 == 9:
        return BODY.format(
            table=number % TABLES, lag=1 + number % 3, limit=100 * (number % 7 + 1),
            joined="v", column="tier", relation=f"{{{{ ref('view_{number - 1}') }}}}",
        )  # fmt: skip
    return BODY.format(
        table=number % TABLES, lag=1 + number % 3, limit=100 * (number % 7 + 1),
        joined="p", column="status", relation=f"{{{{ source('raw', 'orders_{(number + 1) % TABLES}') }}}}",
    )  # fmt: skip


def write(files: Mapping[str, str], root: Path) -> None:
    """Write files below a folder: relative path -> text."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def featurec_project(views: int) -> dict[str, str]:
    """The files of the featurec project: relative path -> text."""
    columns = "".join(f"          {name}: {kind}\n" for name, kind in COLUMNS.items())
    tables = "".join(
        f"      orders_{n}:\n        timestamp: created_at\n        columns:\n{columns}" for n in range(TABLES)
    )
    return {
        "featurec.yml": "name: bench\nvars: {statuses: [paid, shipped, returned], least_amount: 1}\n",
        "entities.yml": "entities:\n  user: {join_keys: [{name: user_id, type: bigint}]}\n",
        "sources.yml": f"sources:\n  raw:\n    tables:\n{tables}",
        "macros/so_far.sql": MACRO,
        **{f"features/area_{n % 20}/view_{n}.sql": HEADER + body(n) for n in range(views)},
    }


def dbt_project(views: int) -> dict[str, str]:
    """The files of the dbt project, with the same SQL: relative path -> text."""
    tables = "".join(f"      - name: orders_{n}\n" for n in range(TABLES))
    return {
        "dbt_project.yml": "name: bench\nversion: '1.0'\nprofile: bench\nvars: {statuses: [paid, shipped, returned], least_amount: 1}\n",
        "profiles.yml": "bench:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: ':memory:', threads: 2}\n",
        "models/sources.yml": f"sources:\n  - name: raw\n    tables:\n{tables}",
        "macros/so_far.sql": MACRO,
        **{f"models/area_{n % 20}/view_{n}.sql": body(n) for n in range(views)},
    }
