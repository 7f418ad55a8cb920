"""SQL reads a windowed aggregation of another view.

## What it does
Refuses a column that the view read by `ref` declares under `aggregations`.

## Why it is bad
The value of a window depends on the time at which it is asked for. This version computes windows in no place yet, and
leaving the column out would look like a typing mistake.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: count, windows: [7d], name: orders}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

```sql features/busy.sql
/*---
entities: [user]
timestamp: created_at
features:
  busy: {type: boolean}
---*/
SELECT user_id, created_at, orders_7d > 3 AS busy
FROM {{ ref('spend') }}
```

## Use instead
```sql features/busy.sql
/*---
entities: [user]
timestamp: created_at
features:
  busy: {type: boolean}
---*/
SELECT
  user_id,
  created_at,
  count(*) OVER (PARTITION BY user_id ORDER BY created_at RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW) > 3 AS busy
FROM shop.orders
```

## Known limits
Aggregations can be declared, and services will be able to ask for them; only SQL of other views cannot read them.
"""

from featurec.diagnostic import Severity

CODE = "FC207"
NAME = "aggregation-in-sql"
SEVERITY = Severity.ERROR
SINCE = "0.1"
