"""A group is stamped before all its rows are there.

## What it does
Compares the stamp of a group with the last row that may still join it: the end of its day, hour or month; or any time,
where nothing in GROUP BY ends it.

## Why it leaks
`date_trunc('day', …)` is the *start* of the day, and the sum is known at its end:

| `day` | `spent`, built at 2 May 09:00 | `spent`, built at 2 May 23:00 |
|---|---|---|
| 2 May 00:00 | **20** | **110** |

Asked at 09:00, the model gets 20. A training set built afterwards gives 110 to a question of that morning, the orders
of the afternoon included.

## Example
```sql features/daily.sql
/*---
entities: [user]
timestamp: day
---*/
SELECT
  user_id,
  date_trunc('day', created_at) AS day,
  sum(amount) AS spent
FROM {{ source('shop', 'orders') }}
GROUP BY ALL
```

## Use instead
The end of the bucket as its stamp.

```sql features/daily.sql
/*---
entities: [user]
timestamp: day_end
---*/
SELECT
  user_id,
  date_trunc('day', created_at) + INTERVAL 1 DAY AS day_end,
  sum(amount) AS spent
FROM {{ source('shop', 'orders') }}
GROUP BY ALL
```

Or leave the stamp as it is and add `delay: 1d` to the header, which says that a row may be used a day after its stamp.
Where yesterday's figure is too old, sum up to each row:
`sum(amount) OVER (PARTITION BY user_id, date_trunc('day', created_at) ORDER BY created_at)`, stamped `created_at`.

## Known limits
A month needs its end, or a `delay` of 31 days. `23:59:59` is a second too early for an order at 23:59:59.5.
"""

from featurec.diagnostic import Severity

CODE = "FC306"
NAME = "bucket-start-stamp"
SEVERITY = Severity.ERROR
SINCE = "0.1"
