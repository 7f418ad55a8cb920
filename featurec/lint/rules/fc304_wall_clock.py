"""A value depends on the time at which the query runs.

## What it does
Finds `now()`, `current_date`, `today()`, `timestamp 'now'` and other ways to read the clock, in every dialect, wherever
a column or the choice of rows depends on them.

## Why it leaks
`account_age` of one order, by the day on which the table is built:

| order | signed up | built on 1 May | built on 1 August |
|---|---|---|---|
| 1 May | 1 April | **30** | **122** |

Training sees 122 where the model was asked with 30. Worse, all ages in a training set end on one day, so that the
column tells how long ago the row was.

## Example
```sql features/account_age.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  o.user_id,
  o.created_at,
  date_diff('day', u.signup_at, now()) AS account_age
FROM {{ source('shop', 'orders') }} AS o
JOIN {{ source('shop', 'users') }} AS u ON u.user_id = o.user_id AND u.signup_at <= o.created_at
```

## Use instead
The row's own time.

```sql features/account_age.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  o.user_id,
  o.created_at,
  date_diff('day', u.signup_at, o.created_at) AS account_age
FROM {{ source('shop', 'orders') }} AS o
JOIN {{ source('shop', 'users') }} AS u ON u.user_id = o.user_id AND u.signup_at <= o.created_at
```

In an on-demand view it is the time of the request, as an input: `inputs: {asked_at: timestamptz}` and
`{{ input('asked_at') }}`. Each row of a training set then brings it too.

A filter such as `created_at > now() - INTERVAL 30 DAY`, which keeps old rows from being used, is `ttl: 30d` in the
header.

## Known limits
A clock that only leaves out rows of the future (`created_at <= now()`) is a warning: the rows that it leaves out could
not be used anyway.
"""

from featurec.diagnostic import Severity

CODE = "FC304"
NAME = "wall-clock"
SEVERITY = Severity.ERROR
SINCE = "0.1"
