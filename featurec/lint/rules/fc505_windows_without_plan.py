"""Windowed features are asked for in a dialect for which none are generated.

## What it does
Refuses a service, a training set or a view that reads windowed features, in a dialect that has no strategy for windows.

## Why it is bad
How a window is computed exactly, and fast, differs from engine to engine. The plans are held against a reference in DuckDB
and Postgres; a translation that nothing has run might answer something else.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

```yaml services.yml
services:
  ranking:
    features: [spend:amount_sum_7d]
```

```console
featurec compile --dialect snowflake
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

```yaml services.yml
services:
  ranking:
    features: [spend:amount]
```

```console
featurec compile --dialect snowflake
```

## Known limits
The table of the view that declares the aggregations is built in every dialect.
"""

from featurec.diagnostic import Severity

CODE = "FC505"
NAME = "windows-without-plan"
SEVERITY = Severity.ERROR
SINCE = "0.1"
