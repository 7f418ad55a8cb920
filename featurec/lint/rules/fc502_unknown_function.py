"""A function is not known to mean the same in the dialect asked for.

## What it does
Refuses to copy a function call that sqlglot does not know into another dialect, unless featurec's table for the target
lists the name.

## Why it is bad
Two engines may give one name to two functions: `epoch_ms` turns a time into a number in one and a number into a time
in the other.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  label: {type: varchar}
---*/
SELECT user_id, created_at, printf('%d', order_id) AS label
FROM {{ source('shop', 'orders') }}
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
  label: {type: varchar}
---*/
SELECT user_id, created_at, CAST(order_id AS VARCHAR) AS label
FROM {{ source('shop', 'orders') }}
```

## Known limits
A view that is written in the target's own dialect is printed as it stands and never meets this finding.
"""

from featurec.diagnostic import Severity

CODE = "FC502"
NAME = "unknown-function"
SEVERITY = Severity.ERROR
SINCE = "0.1"
