"""A join or subquery lets in rows from after the stamp.

## What it does
Follows each row that a join, a scalar subquery or a lateral one may read, and looks for a comparison that keeps the
time at which it became known at or before the stamp. The bound may be indirect (`a.t <= b.t AND b.t <= c.t`), of whole
days (`a.t::date < b.t::date`), a difference (`b.t - a.t > INTERVAL 1 HOUR`), or the condition of an ASOF join.

## Why it leaks
`orders_so_far` joins an order to all orders of its user, not to those up to it:

| order | `orders_so_far`, built on 1 May | `orders_so_far`, built on 9 May |
|---|---|---|
| 1 May | **1** | **2** |
| 9 May | | 2 |

The training set counts an order that the user had not made. This is the leak that joining tables on a key alone, or on
key and day, makes.

## Example
```sql features/order_counts.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  o.user_id,
  o.created_at,
  count(earlier.order_id) AS orders_so_far
FROM {{ source('shop', 'orders') }} AS o
LEFT JOIN {{ source('shop', 'orders') }} AS earlier ON earlier.user_id = o.user_id
GROUP BY o.user_id, o.created_at
```

## Use instead
```sql features/order_counts.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  o.user_id,
  o.created_at,
  count(earlier.order_id) AS orders_so_far
FROM {{ source('shop', 'orders') }} AS o
LEFT JOIN {{ source('shop', 'orders') }} AS earlier
  ON earlier.user_id = o.user_id AND earlier.created_at <= o.created_at
GROUP BY o.user_id, o.created_at
```

## Known limits
What your data always fulfils but no file says is not used: that orders come after the user's sign-up, or that ids rise
with time. Add the comparison: it drops nothing if it is true.
"""

from featurec.diagnostic import Severity

CODE = "FC305"
NAME = "unbounded-join"
SEVERITY = Severity.ERROR
SINCE = "0.1"
