"""Two output columns have the same name, or a column and an aggregation.

## What it does
Refuses outputs whose names are equal, or differ only in case; the windowed features of `aggregations` are outputs too.

## Why it is bad
The table that is built can have only one of them, and a request could not tell a column from an aggregation.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT o.*, u.user_id
FROM shop.orders AS o
JOIN shop.users AS u ON u.user_id = o.user_id AND u.signup_at <= o.created_at
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT o.*, u.country
FROM shop.orders AS o
JOIN shop.users AS u ON u.user_id = o.user_id AND u.signup_at <= o.created_at
```

## Known limits
Duplicates inside a subquery or CTE are left to the engine.
"""

from featurec.diagnostic import Severity

CODE = "FC211"
NAME = "duplicate-output"
SEVERITY = Severity.ERROR
SINCE = "0.1"
