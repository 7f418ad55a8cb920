"""A construct of the author's SQL does not exist in the dialect asked for, or means another thing there.

## What it does
Refuses to render a view for another dialect than its own when sqlglot cannot express something in it, or when
featurec's table for the target says why the translation would be wrong.

## Why it is bad
A translator that copies what it does not know produces SQL that fails on the warehouse, or worse, runs and returns
other values.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: day_end
features:
  last_amount: {type: "decimal(18,2)"}
---*/
SELECT
  user_id,
  date_trunc('day', created_at) + INTERVAL 1 DAY AS day_end,
  arg_max(amount, created_at) AS last_amount
FROM {{ source('shop', 'orders') }}
GROUP BY user_id, day_end
```

```console
featurec compile --dialect postgres
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  last_amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount AS last_amount
FROM {{ source('shop', 'orders') }}
```

## Known limits
Only what is known to go wrong is listed; a new construct is found when its dialect's tests run.
"""

from featurec.diagnostic import Severity

CODE = "FC501"
NAME = "not-in-target"
SEVERITY = Severity.ERROR
SINCE = "0.1"
