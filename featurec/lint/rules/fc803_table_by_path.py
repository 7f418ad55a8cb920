"""A query reads a file or an address as if it were a table.

## What it does
Refuses quoted tables that look like a path, an address or a stage: `'orders.parquet'`, `"data/orders"`,
Spark's parquet files by path, Snowflake's `@stage/orders`.

## Why it is bad
Such a file has no declared columns and no event time, and its path means something else on every machine.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM 'orders.parquet'
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
A file is read by declaring it: a table of sources.yml with `path:`.
"""

from featurec.diagnostic import Severity

CODE = "FC803"
NAME = "table-by-path"
SEVERITY = Severity.ERROR
SINCE = "0.1"
