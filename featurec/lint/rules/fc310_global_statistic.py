"""A value is computed from the whole table.

## What it does
Finds means, totals and quantiles that are taken over all rows of a table, whatever their time; `ntile`, `percent_rank`
and `cume_dist`, which need their whole partition, too.

## Why it leaks
A score says how far an order lies from the mean order. All orders of the table are in that mean, those of next month
too:

| order | amount | less the mean, built on 1 May | less the mean, built on 3 May |
|---|---|---|---|
| 1 May | 10 | **0** | **−40** |
| 3 May | 90 | | 40 |

This is how a scaler that was fitted on all data, the test period included, looks in SQL.

## Example
```sql features/scores.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  (amount - avg(amount) OVER ()) / stddev(amount) OVER () AS score
FROM {{ source('shop', 'orders') }}
```

## Use instead
The statistic of the rows up to this one.

```sql features/scores.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  (amount - avg(amount) OVER so_far) / stddev(amount) OVER so_far AS score
FROM {{ source('shop', 'orders') }}
WINDOW so_far AS (ORDER BY created_at)
```

Or return the amount as it is and let the model's own pipeline scale it.

## Known limits
Constants that come from a period before all rows of the view are fine, where the SQL says both
(`WHERE created_at < DATE '2024-01-01'` in the statistic, `>=` in the view).
"""

from featurec.diagnostic import Severity

CODE = "FC310"
NAME = "global-statistic"
SEVERITY = Severity.ERROR
SINCE = "0.1"
