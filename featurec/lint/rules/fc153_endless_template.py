"""A template that does not come to an end, or writes too much.

## What it does
Counts rounds of loops, calls, characters and the size of numbers.

## Why it is bad
One template could stop every check in CI, or fill the machine's memory.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
WHERE amount > {% for i in range(20000) %}{{ i }}{% endfor %}
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
100,000 rounds of loops and a million characters are more than a view needs.
"""

from featurec.diagnostic import Severity

CODE = "FC153"
NAME = "endless-template"
SEVERITY = Severity.ERROR
SINCE = "0.1"
