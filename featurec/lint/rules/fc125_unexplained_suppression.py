"""A leak is declared harmless without a reason.

## What it does
A `noqa` comment for a rule about time (FC3) says after `--` how the value is known in time. Nothing, or a text that begins
with `TODO`, is no reason.

## Why it is bad
The checker is overruled by what only people know: how a table is loaded, what a column means. Unless that is written down,
no reviewer can judge it and nobody will notice when it stops being true.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, current_date AS today  -- noqa: FC304
FROM {{ source('shop', 'orders') }}
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, current_date AS today  -- noqa: FC304 -- shown in a report, read by no model
FROM {{ source('shop', 'orders') }}
```

## Known limits
Whether the reason is true is for a reviewer. Every suppressed finding is counted in the report and listed in
`target/manifest.json`.
"""

from featurec.diagnostic import Severity

CODE = "FC125"
NAME = "unexplained-suppression"
SEVERITY = Severity.WARNING
SINCE = "0.1"
