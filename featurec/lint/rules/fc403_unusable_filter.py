"""The filter of an aggregation is no condition on one row.

## What it does
Refuses a `filter` that is more than one expression, that reads other rows (aggregates, window functions, subqueries), or
whose value is neither true nor false.

## Why it is bad
A filter says of each row of the view whether the window counts it. It is asked before anything is aggregated, in
training and online, so it can know nothing but the columns of that row.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: count, windows: [7d], name: large, filter: amount > avg(amount)}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: count, windows: [7d], name: large, filter: amount > usual}
---*/
SELECT
  user_id,
  created_at,
  amount,
  avg(amount) OVER (PARTITION BY user_id ORDER BY created_at) AS usual
FROM shop.orders
```

## Known limits
Whether the value is true or false is judged where its type is known.
"""

from featurec.diagnostic import Severity

CODE = "FC403"
NAME = "unusable-filter"
SEVERITY = Severity.ERROR
SINCE = "0.1"
