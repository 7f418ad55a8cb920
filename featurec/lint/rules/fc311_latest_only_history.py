"""Only the newest row is kept: history is lost.

## What it does
Finds views whose rows are replaced by later ones: `max` of the time as a stamp, `DISTINCT ON`, `row_number() … = 1`,
`LIMIT` over descending time. Values are right at their stamp, hence a warning.

## Why it leaks
Nothing of the future is seen, but training finds nothing for most of its questions:

| asked | built on 2 May | built on 9 May |
|---|---|---|
| 3 May | `orders` = 2, stamped 2 May | **no row**: the only one is stamped 9 May |
| 10 May | `orders` = 2 | `orders` = 3, stamped 9 May |

What is left are users who have not come back since, which is a choice by the future in itself.

## Example
```sql features/totals.sql
/*---
entities: [user]
timestamp: last_order
---*/
SELECT
  user_id,
  max(created_at) AS last_order,
  count(*) AS orders
FROM {{ source('shop', 'orders') }}
GROUP BY user_id
```

## Use instead
Every row, with the value as of then. featurec picks the newest one for each question, in training and online.

```sql features/totals.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  count(*) OVER (PARTITION BY user_id ORDER BY created_at) AS orders
FROM {{ source('shop', 'orders') }}
```

## Known limits
A newest row that is picked below a bound is an as-of lookup, and not meant: a lateral join with
`WHERE e.created_at <= o.created_at ORDER BY e.created_at DESC LIMIT 1`. Where a later row decides about more than its
own predecessor (`WHERE rn = 1 AND status = 'open'`), it is an error: FC314.
"""

from featurec.diagnostic import Severity

CODE = "FC311"
NAME = "latest-only-history"
SEVERITY = Severity.WARNING
SINCE = "0.1"
