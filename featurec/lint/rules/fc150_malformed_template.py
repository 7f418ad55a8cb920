"""The template cannot be read.

## What it does
Shows the place in the author's file, also where it lies in a macro.

## Why it is bad
A tag that is not closed swallows the SQL after it.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders')
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
The place may lie after the mistake: an open tag is noticed where the file ends.
"""

from featurec.diagnostic import Severity

CODE = "FC150"
NAME = "malformed-template"
SEVERITY = Severity.ERROR
SINCE = "0.1"
