"""Template marks are left over after rendering.

## What it does
Looks for `{{`, `{%` and `{#` in the SQL that the template has written.

## Why it is bad
A template is rendered once; what it writes in braces stays as it is, and some dialects read it as a struct.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, {{ '{{ amount }}' }} AS amount
FROM shop.orders
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
Write a space between two opening braces of a struct: `{ {'a': 1} }`.
"""

from featurec.diagnostic import Severity

CODE = "FC154"
NAME = "left-over-braces"
SEVERITY = Severity.ERROR
SINCE = "0.1"
