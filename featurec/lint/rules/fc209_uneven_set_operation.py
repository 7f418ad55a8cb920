"""The sides of UNION, INTERSECT or EXCEPT have different numbers of columns.

## What it does
Counts the columns on both sides of each set operation.

## Why it is bad
Columns are matched by position: with one missing, every column after it holds something else.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount FROM shop.orders
UNION ALL
SELECT user_id, signup_at, 0, country FROM shop.users
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount FROM shop.orders
UNION ALL
SELECT user_id, signup_at, 0 FROM shop.users
```

## Known limits
`UNION BY NAME` matches by name and may have different columns.
"""

from featurec.diagnostic import Severity

CODE = "FC209"
NAME = "uneven-set-operation"
SEVERITY = Severity.ERROR
SINCE = "0.1"
