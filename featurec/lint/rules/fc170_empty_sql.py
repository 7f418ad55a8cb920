"""A view or spine holds no SELECT.

## What it does
Refuses a file that has nothing but a header, comments and blanks, also where that is all a template writes.

## Why it is bad
There is nothing to compute. An empty file is most often one that was saved too early, or a template whose condition
is not met.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
-- comes tomorrow
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

CODE = "FC170"
NAME = "empty-sql"
SEVERITY = Severity.ERROR
SINCE = "0.1"
