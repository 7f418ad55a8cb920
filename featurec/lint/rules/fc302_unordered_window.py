"""A window function without ORDER BY reads its whole partition.

## What it does
Finds aggregates over a partition that no ORDER BY ends at the row.

## Why it leaks
`share` is meant to say how large an order is against all that its user spends. The orders still to come are in it:

| order | amount | `share`, built on 1 May | `share`, built on 3 May |
|---|---|---|---|
| 1 May | 10 | **1.00** | **0.10** |
| 3 May | 90 | | 0.90 |

In training a small share says that the user will come back, which is what one wants to predict.

## Example
```sql features/shares.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  amount / sum(amount) OVER (PARTITION BY user_id) AS share
FROM {{ source('shop', 'orders') }}
```

## Use instead
```sql features/shares.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  amount / sum(amount) OVER (PARTITION BY user_id ORDER BY created_at) AS share
FROM {{ source('shop', 'orders') }}
```

## Known limits
`min` of the time itself is fine without an order: the first row knows it. So is a partition by a bucket of time where
the stamp, or its `delay`, waits for the bucket's end. Without a partition the finding is FC310.
"""

from featurec.diagnostic import Severity

CODE = "FC302"
NAME = "unordered-window"
SEVERITY = Severity.ERROR
SINCE = "0.1"
