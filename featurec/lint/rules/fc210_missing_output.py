"""The SELECT does not output a column that the header names.

## What it does
Looks for the join keys of the entities, `timestamp`, `available_at`, `created_timestamp`, `row_key`, the declared
features and the columns of aggregations among the outputs; for a spine, its keys, time and labels.

## Why it is bad
The header is the contract that training and serving are built on.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount AS spent
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
Names are compared without regard to case.
"""

from featurec.diagnostic import Severity

CODE = "FC210"
NAME = "missing-output"
SEVERITY = Severity.ERROR
SINCE = "0.1"
