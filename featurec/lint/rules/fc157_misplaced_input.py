"""`input` or `feature` where there is none.

## What it does
`input('name')` reads a request-time field that the header of an on-demand view declares; `feature('view:name')` reads a
feature that is joined before.

## Why it is bad
A view that is stored has no request.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, {{ input('amount') }} AS amount
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
None.
"""

from featurec.diagnostic import Severity

CODE = "FC157"
NAME = "misplaced-input"
SEVERITY = Severity.ERROR
SINCE = "0.1"
