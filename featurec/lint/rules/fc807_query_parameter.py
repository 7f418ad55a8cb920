"""The SQL has a parameter that nothing fills in.

## What it does
Refuses `?`, `$1`, `:name`, `@name`, session variables and Snowflake's `IDENTIFIER('…')`.

## Why it is bad
A view is computed by every command alike; there is nobody to hand in a value, and a table named by a variable cannot
be checked.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
WHERE amount > ?
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
WHERE amount > {{ var('least_amount', 10) }}
```

## Known limits
Values that come with a request are `inputs:` of an on-demand view, read with `{{ input('name') }}`.
"""

from featurec.diagnostic import Severity

CODE = "FC807"
NAME = "query-parameter"
SEVERITY = Severity.ERROR
SINCE = "0.1"
