"""The SQL uses a construct that featurec does not know how to check.

## What it does
Refuses every construct that is not on a list of those whose meaning for time is known: columns by position (`#2`),
time travel (`AT (TIMESTAMP => …)`, `FOR SYSTEM_TIME AS OF`), `CONNECT BY`, and clauses of single databases.

## Why it is bad
Whether a feature sees the future is proved from the meaning of every part of the SELECT. A part that is skipped would
make the proof worthless.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, #3 AS amount
FROM shop.orders
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
Most have an equal in plain SQL. If one that you need is missing, please open an issue with the query.
"""

from featurec.diagnostic import Severity

CODE = "FC808"
NAME = "unsupported-construct"
SEVERITY = Severity.ERROR
SINCE = "0.1"
