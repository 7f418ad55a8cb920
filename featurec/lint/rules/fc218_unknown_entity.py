"""A view or spine names an entity that is not declared.

## What it does
Looks up `entities` of headers in `entities.yml`.

## Why it is bad
The entity says by which columns, of which types, a view is joined.

## Example
```sql features/spend.sql
/*---
entities: [usr]
timestamp: created_at
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
Entities that no view uses are not reported.
"""

from featurec.diagnostic import Severity

CODE = "FC218"
NAME = "unknown-entity"
SEVERITY = Severity.ERROR
SINCE = "0.1"
