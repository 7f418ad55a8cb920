"""A test that cannot be asked of the rows.

## What it does
Refuses a test of rows of a windowed feature, of an on-demand view, or of a column whose values have no order or cannot be
compared, and a condition that is more than one expression over one row. A unit test may ask for all of these; refused in
one are given rows that change nothing, and given windowed features, which are computed from the rows.

## Why it is bad
Tests are asked of the rows that a table holds, after every build. What no row holds would never fail.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
tests:
  - sql: amount < sum(amount)
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
  amount: {type: "decimal(18,2)", tests: [not_null, {range: {min: 0}}]}
tests:
  - sql: amount < 1000000 OR user_id = 1
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
Whether values can be compared is judged where their types are known.
"""

from featurec.diagnostic import Severity

CODE = "FC219"
NAME = "unusable-test"
SEVERITY = Severity.ERROR
SINCE = "0.1"
