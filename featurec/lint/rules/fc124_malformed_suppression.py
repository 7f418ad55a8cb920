"""A `noqa` comment that cannot be followed.

## What it does
A comment names the codes that it answers: `-- noqa: FC305 -- reason`, several separated by commas, or `-- noqa: disable=FC305`
and `-- noqa: enable=FC305` around some lines. In YAML it begins with `#`. Whole families, unknown codes, no code and errors
that leave a view without meaning (FC1, FC2, FC8) cannot be answered.

## Why it is bad
The finding that it was meant for is reported all the same, or a comment without a code would silence what is found next year.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, amount  -- noqa: FC35 -- prices never change
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
A comment that begins with `noqa` and goes on as prose, without colon and code, is taken for prose.
"""

from featurec.diagnostic import Severity

CODE = "FC124"
NAME = "malformed-suppression"
SEVERITY = Severity.WARNING
SINCE = "0.1"
