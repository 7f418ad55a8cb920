"""A query reads a table that is no source, no feature view and no CTE.

## What it does
Looks up every table of a SELECT: `source.table` and bare names among the sources of `sources.yml`, bare names among
the feature views, and the CTEs that the place sees. What is none of them is refused.

## Why it is bad
A table that is not declared has no event time, so nothing can be said about whether it shows the future. It would
also be read with whatever rights the command happens to have.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.order
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
A CTE hides a source of the same name, as in SQL; a CTE that is not recursive does not see itself. The physical name
of a source (its `schema` and `table`) is understood too.
"""

from featurec.diagnostic import Severity

CODE = "FC201"
NAME = "unknown-relation"
SEVERITY = Severity.ERROR
SINCE = "0.1"
