"""A function waits, locks, writes or steers the server.

## What it does
Refuses functions that do more than to compute a value: `pg_sleep`, `sleep`, `nextval`, `set_config`, advisory locks,
`pg_terminate_backend` and all of `pg_…` but a few harmless ones, `SYSTEM$…` in Snowflake, and their kin.

## Why it is bad
Their effect would depend on how often and where a view is computed, which featurec decides: a row that was computed
twice would differ, and a training run could stop the database for others.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, nextval('orders_seq') AS amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: bigint}
---*/
SELECT user_id, created_at, order_id AS amount
FROM shop.orders
```

## Known limits
Known by name, like those of FC802. Random numbers and clocks are no matter of this page.
"""

from featurec.diagnostic import Severity

CODE = "FC805"
NAME = "server-control"
SEVERITY = Severity.ERROR
SINCE = "0.1"
