"""An ASOF join of the author's would be copied into a dialect where it means another thing.

## What it does
Refuses to render a view that holds an `ASOF JOIN` for any dialect but its own.

## Why it is bad
No translator lowers as-of joins. Postgres even runs the copied text: `e ASOF JOIN f USING (id, ts)` is an ordinary
equality join there, with `asof` as the alias of `e`, and most features silently become NULL.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  country: {type: varchar}
---*/
SELECT o.user_id, o.created_at, u.country
FROM {{ source('shop', 'orders') }} AS o
ASOF LEFT JOIN {{ source('shop', 'users') }} AS u
  ON o.user_id = u.user_id AND o.created_at >= u.signup_at
```

```console
featurec compile --dialect postgres
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  country: {type: varchar}
---*/
SELECT o.user_id, o.created_at, u.country
FROM {{ source('shop', 'orders') }} AS o
LEFT JOIN LATERAL (
  SELECT country
  FROM {{ source('shop', 'users') }} AS u
  WHERE u.user_id = o.user_id AND u.signup_at <= o.created_at
  ORDER BY u.signup_at DESC, country
  LIMIT 1
) AS u ON TRUE
```

## Known limits
The as-of joins that featurec makes itself, between a spine and a view, are lowered for every dialect.
"""

from featurec.diagnostic import Severity

CODE = "FC503"
NAME = "foreign-asof-join"
SEVERITY = Severity.ERROR
SINCE = "0.1"
