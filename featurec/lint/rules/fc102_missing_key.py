"""A key that is required is missing.

## What it does
Names the key, what it belongs to, and a line that would do.

## Why it is bad
Without it the file does not say enough to compute anything.

## Example
```sql features/spend.sql
/*---
entities: [user]
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
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
What is required may depend on other keys: a view with `inputs` needs no `timestamp`.
"""

from featurec.diagnostic import Severity

CODE = "FC102"
NAME = "missing-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
