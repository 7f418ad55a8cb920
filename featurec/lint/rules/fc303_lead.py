"""A row reads the one after it.

## What it does
Finds `LEAD` over ascending time, `LAG` over descending time or with a negative offset, and what dialects call them.

## Why it leaks
`next_in` says how long a user waits until the next order. When the order is made, nobody knows:

| order | `next_in`, built on 1 May | `next_in`, built on 9 May |
|---|---|---|
| 1 May | **NULL** | **8 days** |
| 9 May | | NULL |

Online it is always NULL, since the newest row has no next one; in training it says when the user returns.

## Example
```sql features/rhythm.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  LEAD(created_at) OVER (PARTITION BY user_id ORDER BY created_at) - created_at AS next_in
FROM {{ source('shop', 'orders') }}
```

## Use instead
The same gap, in the row that ends it.

```sql features/rhythm.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  created_at - LAG(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS since_last
FROM {{ source('shop', 'orders') }}
```

If the gap is what you want to predict, it is a label: return it from a spine and list it under `labels`.

## Known limits
`LEAD(x, -1)` looks back and is accepted; an offset that is not a number written in the SQL counts as looking ahead.
"""

from featurec.diagnostic import Severity

CODE = "FC303"
NAME = "lead"
SEVERITY = Severity.ERROR
SINCE = "0.1"
