"""A feature view or spine without a readable header.

## What it does
The header is the first comment of the file: `/*---`, YAML, `---*/`.

## Why it is bad
The SQL says what rows there are; only the header says what they describe and when they hold.

## Example
```sql features/visits.sql
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
Files below `features/` and `spines/` that do not end in `.sql` are passed over.
"""

from featurec.diagnostic import Severity

CODE = "FC119"
NAME = "missing-header"
SEVERITY = Severity.ERROR
SINCE = "0.1"
