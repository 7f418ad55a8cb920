"""A file holds more than one statement.

## What it does
Refuses whatever follows the first semicolon, be it another SELECT, a command or a further semicolon. One semicolon at
the end is fine.

## Why it is bad
A view is one SELECT. What stands behind a semicolon would be lost, or run unseen.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders;
SELECT user_id, signup_at, 0
FROM shop.users
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
UNION ALL
SELECT user_id, signup_at, 0
FROM shop.users;
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC172"
NAME = "second-statement"
SEVERITY = Severity.ERROR
SINCE = "0.1"
