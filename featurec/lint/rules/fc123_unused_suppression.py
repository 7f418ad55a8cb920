"""A `noqa` comment that answers no finding.

## What it does
A comment answers findings of its code that begin or end on its line, or between `noqa: disable=` and `noqa: enable=`. One
that answers none is reported.

## Why it is bad
It was right once. Left behind, it would silence the next finding of this code on this line, whose reason nobody has given.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, amount  -- noqa: FC304 -- the clock is pinned by the scheduler
FROM {{ source('shop', 'orders') }}
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
```

## Known limits
Nothing is called unused in a file that could not be understood, or for a rule that was not asked for. Codes of SQLFluff are
left to SQLFluff.
"""

from featurec.diagnostic import Severity

CODE = "FC123"
NAME = "unused-suppression"
SEVERITY = Severity.WARNING
SINCE = "0.1"
