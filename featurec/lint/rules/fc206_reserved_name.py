"""A name begins with `__fc_`, which belongs to featurec.

## What it does
Refuses columns, aliases and CTEs in your SQL whose name begins with `__fc_`.

## Why it is bad
Generated queries add columns such as `__fc_at` beside yours. A second column of that name would be read in its place.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount, amount AS __fc_at
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
SELECT user_id, created_at, amount, amount AS amount_at
FROM shop.orders
```

## Known limits
Names in declared sources are checked where they are declared.
"""

from featurec.diagnostic import Severity

CODE = "FC206"
NAME = "reserved-name"
SEVERITY = Severity.ERROR
SINCE = "0.1"
