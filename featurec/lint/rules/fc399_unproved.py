"""Nothing shows that a value is known at its stamp, nor that it is not.

## What it does
Says where the proof ends: a function that featurec does not know, a construct whose rows it does not follow. A warning,
since the view may well be right.

## Why it leaks
It need not. `loyalty_tier(amount)` may read its argument alone, or a table that somebody rewrites:

| order | `tier`, if it reads its argument alone | `tier`, if it reads a table of limits |
|---|---|---|
| 1 May, 120 | gold, whenever it is built | **gold** in May, **basic** once the limit has risen |

What cannot be proved is never passed over in silence.

## Example
```sql features/tiers.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, loyalty_tier(amount) AS tier
FROM {{ source('shop', 'orders') }}
```

## Use instead
The function's meaning where it can be seen; a macro keeps it in one place.

```sql features/tiers.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, CASE WHEN amount >= 100 THEN 'gold' ELSE 'basic' END AS tier
FROM {{ source('shop', 'orders') }}
```

## Known limits
Also unproved: ROLLUP, CUBE and GROUPING SETS, LIMIT around a UNION, PIVOT. If you know why such
a view is right, say so where it stands: `-- noqa: FC399 -- reason`.
"""

from featurec.diagnostic import Severity

CODE = "FC399"
NAME = "unproved"
SEVERITY = Severity.WARNING
SINCE = "0.1"
