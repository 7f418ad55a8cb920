"""A declared type does not fit what the SELECT outputs.

## What it does
Compares the types of features and join keys in the header and in `entities.yml` with the type of the output column,
where that is known: columns as declared, casts, comparisons, arithmetic, aggregates of these. Wider and narrower
integers fit each other, integers fit `double`, decimals and doubles fit each other.

## Why it is bad
The conversion would fail in production, or change the value without a word: text to number, timestamp to date, a
fraction to an integer.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  status: {type: bigint}
---*/
SELECT user_id, created_at, status
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  status: {type: varchar}
---*/
SELECT user_id, created_at, status
FROM shop.orders
```

## Known limits
Where the type of an expression is not certain in every engine, nothing is said and the value is cast.
"""

from featurec.diagnostic import Severity

CODE = "FC213"
NAME = "type-mismatch"
SEVERITY = Severity.ERROR
SINCE = "0.1"
