"""A duration or window that cannot be read.

## What it does
A duration is a number and a unit: `90min`, `6h`, `7d`, `2w`. Months and years are none, as they have no fixed length.

## Why it is bad
`ttl: 7` could be days or seconds, and both are guessed wrongly now and then.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
ttl: 7 days
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
ttl: 7d
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
A day is 24 hours, also where clocks change.
"""

from featurec.diagnostic import Severity

CODE = "FC106"
NAME = "unreadable-duration"
SEVERITY = Severity.ERROR
SINCE = "0.1"
