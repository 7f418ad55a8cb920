"""A SELECT writes a table, locks rows or says how to print.

## What it does
Refuses `SELECT … INTO`, `FOR UPDATE`, `FOR SHARE` and their variants, and ClickHouse's `FORMAT`.

## Why it is bad
A view only reads. `INTO` makes a table nobody knows of, a lock stops those who write to the source, and a format is
the business of whoever shows the result.

## Example
```sql features/spend.sql
/*---
dialect: postgres
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
FOR UPDATE
```

## Use instead
```sql features/spend.sql
/*---
dialect: postgres
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC804"
NAME = "writing-select"
SEVERITY = Severity.ERROR
SINCE = "0.1"
