"""Rows are kept or dropped by what is known only later.

## What it does
Looks at conditions that decide which rows there are: EXISTS, IN and NOT IN, anti joins, filters on
ranks. What they read has to be known at the stamp, as values have to.

## Why it leaks
Every value below looks backward. But the view keeps the orders of users who are still active in June:

| order | user | in the view, built in May | in the view, built in July |
|---|---|---|---|
| 1 May | comes back in June | **no** | **yes** |
| 1 May | does not | no | no |

In training all users come back. A model that learns from survivors does not know what a user who leaves looks like, and
in production nobody can tell yet who is to be asked about.

## Example
```sql features/active.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
WHERE user_id IN (
  SELECT user_id FROM {{ source('shop', 'orders') }} WHERE created_at >= TIMESTAMPTZ '2024-06-01 00:00:00+00'
)
```

## Use instead
All rows, with what the filter wanted to know as a feature, as of each row.

```sql features/active.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  amount,
  created_at - LAG(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS since_last
FROM {{ source('shop', 'orders') }}
```

Or a filter that asks about the past: `EXISTS (… WHERE e.created_at < o.created_at)`.

## Known limits
A table from which rows are deleted drops them before any query runs. Only you can know that.
"""

from featurec.diagnostic import Severity

CODE = "FC314"
NAME = "survivorship-filter"
SEVERITY = Severity.ERROR
SINCE = "0.1"
