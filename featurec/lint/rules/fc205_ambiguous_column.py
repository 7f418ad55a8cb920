"""A column without prefix is in several relations of FROM.

## What it does
Refuses a bare column name that two relations have, except where USING or NATURAL makes them one.

## Why it is bad
Engines refuse it, or pick one; a column added to either table changes which.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
JOIN shop.users ON users.user_id = orders.user_id AND users.signup_at <= orders.created_at
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT orders.user_id, created_at, amount
FROM shop.orders
JOIN shop.users ON users.user_id = orders.user_id AND users.signup_at <= orders.created_at
```

## Known limits
ClickHouse takes the leftmost table, and so does featurec in that dialect.
"""

from featurec.diagnostic import Severity

CODE = "FC205"
NAME = "ambiguous-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
