"""A column that is rewritten in place shows in old rows what was written later.

## What it does
Finds the columns that sources.yml declares `mutable`, and the `valid_to` of a history table, wherever a value, a filter
or a join depends on them.

## Why it leaks
The table of users holds the tier of today. A user who became gold in June is gold in the row of May, too:

| order | `tier`, read in May | `tier`, read in July |
|---|---|---|
| 1 May | **basic** | **gold** |

Gold is what one becomes by ordering a lot, so the training set tells what the user is about to do.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, created_at: timestamptz}
        timestamp: created_at
      users:
        columns: {user_id: bigint, tier: varchar, signup_at: timestamptz}
        timestamp: signup_at
        mutable: [tier]
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT o.user_id, o.created_at, u.tier
FROM {{ source('shop', 'orders') }} AS o
JOIN {{ source('shop', 'users') }} AS u ON u.user_id = o.user_id AND u.signup_at <= o.created_at
```

## Use instead
A table that keeps each version, read as of the row.

```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, created_at: timestamptz}
        timestamp: created_at
      tiers:
        columns: {user_id: bigint, tier: varchar, valid_from: timestamptz, valid_to: timestamptz}
        timestamp: valid_from
        valid_to: valid_to
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT o.user_id, o.created_at, t.tier
FROM {{ source('shop', 'orders') }} AS o
LEFT JOIN {{ source('shop', 'tiers') }} AS t
  ON t.user_id = o.user_id
  AND t.valid_from <= o.created_at
  AND (t.valid_to IS NULL OR o.created_at < t.valid_to)
```

## Known limits
`valid_to` is itself written when the next version comes. Compare it together with the open end, as above: at the time
of the row, the version that is open has no `valid_to` yet. A rewritten time, such as `shipped_at`, counts
as known at its own value, with a warning. A column that is rewritten but not declared `mutable` is taken to be as old as
its row.
"""

from featurec.diagnostic import Severity

CODE = "FC307"
NAME = "mutable-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
