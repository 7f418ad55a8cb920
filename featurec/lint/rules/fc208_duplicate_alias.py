"""Two relations of one FROM have the same name.

## What it does
Refuses a FROM in which two tables, subqueries or functions answer to the same prefix.

## Why it is bad
A column with that prefix could be of either.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT o.user_id, o.created_at, o.amount
FROM shop.users AS o
JOIN shop.orders AS o ON true
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT o.user_id, o.created_at, o.amount
FROM shop.orders AS o
JOIN shop.users AS u ON u.user_id = o.user_id AND u.signup_at <= o.created_at
```

## Known limits
A table without alias is called by the last part of its name.
"""

from featurec.diagnostic import Severity

CODE = "FC208"
NAME = "duplicate-alias"
SEVERITY = Severity.ERROR
SINCE = "0.1"
