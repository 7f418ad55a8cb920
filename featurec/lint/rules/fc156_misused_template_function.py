"""A function of the template is not called as it should be.

## What it does
Checks the number and kind of arguments of `source`, `ref`, `var`, `input` and `feature`, and what may be written into SQL.

## Why it is bad
A list or `none` written into SQL is Python's spelling of it, which no database reads as meant.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop') }}
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

CODE = "FC156"
NAME = "misused-template-function"
SEVERITY = Severity.ERROR
SINCE = "0.1"
