"""A window function reads rows that come after its own.

## What it does
Compares the last row that a window function reads with the row's stamp: its frame, the direction of its ORDER BY, and
whether what it is ordered by is the time at which rows become known.

## Why it leaks
`smooth` is the mean of an order and its two neighbours. Built on 2 May, the row of 2 May has no later neighbour. Built
again on 3 May, it has one:

| order | amount | `smooth`, built on 2 May | `smooth`, built on 3 May |
|---|---|---|---|
| 1 May | 10 | 15 | 15 |
| 2 May | 20 | **15** | **40** |
| 3 May | 90 | | 55 |

A model that is asked on 2 May gets 15. A training set, which is always built later, says 40: the next order shows in
it.

## Example
```sql features/smoothed.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  avg(amount) OVER (
    PARTITION BY user_id ORDER BY created_at, order_id
    ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING
  ) AS smooth
FROM {{ source('shop', 'orders') }}
```

## Use instead
A frame that ends at the row itself. It may begin as early as you like.

```sql features/smoothed.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  avg(amount) OVER (
    PARTITION BY user_id ORDER BY created_at, order_id
    ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
  ) AS smooth
FROM {{ source('shop', 'orders') }}
```

## Known limits
An order by anything but a time counts as no order, a rising id too: begin with the time and let the id break ties. A
window that looks ahead inside a bucket of time is safe where the stamp, or its `delay`, waits for the bucket's end.
"""

from featurec.diagnostic import Severity

CODE = "FC301"
NAME = "future-frame"
SEVERITY = Severity.ERROR
SINCE = "0.1"
