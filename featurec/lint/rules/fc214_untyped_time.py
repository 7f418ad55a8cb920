"""The type of a time column is not known, or is no time.

## What it does
Demands that `timestamp`, `available_at` and `created_timestamp` are columns of type date, timestamp or timestamptz,
and that this can be seen without running the query.

## Why it is bad
A date is an instant only at its midnight, a timestamp only in a time zone; guessing wrong shifts every row.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: seen_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, epoch(created_at) AS seen_at, amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: seen_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, to_timestamp(epoch(created_at)) AS seen_at, amount
FROM shop.orders
```

## Known limits
The result of a function that featurec does not know is not known either: write the CAST that says it.
"""

from featurec.diagnostic import Severity

CODE = "FC214"
NAME = "untyped-time"
SEVERITY = Severity.ERROR
SINCE = "0.1"
