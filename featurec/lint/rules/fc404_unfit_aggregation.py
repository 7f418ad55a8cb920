"""The function of an aggregation does not fit the type of its column.

## What it does
Compares each aggregation with its column: `sum`, `avg`, `stddev` and `variance` need a number; `min` and `max` a number, a
text, a boolean, a date or a timestamp; `count_distinct` a value that is not nested. `sum`, `min`, `max`, `first`, `last`,
`last_not_null` and `last_n` need a column whose type is known, since theirs follows from it.

## Why it is bad
Engines would refuse the query, or each convert the values in its own way, and a feature of unknown type cannot be stored
online.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, CAST(amount AS varchar) AS amount
FROM shop.orders
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
What an aggregate of integers returns differs between engines: declare such a column under `features`, with the type that it
shall have.
"""

from featurec.diagnostic import Severity

CODE = "FC404"
NAME = "unfit-aggregation"
SEVERITY = Severity.ERROR
SINCE = "0.1"
