"""A variable that the project does not declare.

## What it does
Looks up `var('name')` in `vars` of featurec.yml and in `--vars`.

## Why it is bad
A typing mistake would take the default, or nothing.

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
WHERE amount > {{ var('least') }}
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
WHERE amount > {{ var('least', 0) }}
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC155"
NAME = "undefined-variable"
SEVERITY = Severity.ERROR
SINCE = "0.1"
