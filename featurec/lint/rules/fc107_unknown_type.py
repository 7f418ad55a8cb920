"""A column type that does not exist.

## What it does
Types are spelled as in DuckDB, in any case; common names of other databases (`int64`, `text`, `number`, `float64`) are
understood.

## Why it is bad
The type decides how a value is compared, stored online and served.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: decmial}
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
Types that only one engine has are not known, even where that engine is the only target.
"""

from featurec.diagnostic import Severity

CODE = "FC107"
NAME = "unknown-type"
SEVERITY = Severity.ERROR
SINCE = "0.1"
