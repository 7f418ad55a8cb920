"""A template uses a name that nothing defines.

## What it does
Templates know `source`, `ref`, `var`, `input`, `feature`, `target`, the macros of `macros/`, and what they set themselves.

## Why it is bad
Jinja's own way is to write nothing, which makes other SQL.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ sorce('shop', 'orders') }}
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

CODE = "FC151"
NAME = "undefined-in-template"
SEVERITY = Severity.ERROR
SINCE = "0.1"
