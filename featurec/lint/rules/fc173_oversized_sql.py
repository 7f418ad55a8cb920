"""The SQL is nested too deeply or too long.

## What it does
Counts words, brackets in each other, joins and operators before the SQL is parsed, and the depth of what was parsed.
At most: 100,000 words and signs; 64 brackets or CASE in each other, of those 8 that follow the name of a type; 200
joins, 10 in a row without a condition of their own; 400 operators in a row; 2,000 AND, OR and set operations.

## Why it is bad
A parser that meets SQL nested some thousand deep ends the whole process, and some shapes take it time that doubles
with each level. Nobody writes such SQL by hand, but a template with a loop may.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
  [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ amount
  ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] AS amount
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
The limits cannot be changed. A list of values of any length that fits the number of words is fine: write `IN (…)`
instead of a chain of OR.
"""

from featurec.diagnostic import Severity

CODE = "FC173"
NAME = "oversized-sql"
SEVERITY = Severity.ERROR
SINCE = "0.1"
