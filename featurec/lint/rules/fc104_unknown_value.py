"""A value that is none of those accepted.

## What it does
Checks values that come from a fixed set: dialects, time zones, functions of aggregations, suffixes of files, schedules,
the name of the default target.

## Why it is bad
It would fall back on a default in silence, or fail when it is used at last.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
dialect: duckdbb
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
Time zones are looked up in the machine's IANA database.
"""

from featurec.diagnostic import Severity

CODE = "FC104"
NAME = "unknown-value"
SEVERITY = Severity.ERROR
SINCE = "0.1"
