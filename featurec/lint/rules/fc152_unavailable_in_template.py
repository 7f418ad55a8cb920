"""A statement, filter or attribute that templates do not have.

## What it does
Refuses `include`, `import`, `extends`, `block`, filters that are not listed, and attributes that lead into Python.

## Why it is bad
Templates come from pull requests and are rendered where there are credentials.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
{% include 'other.sql' %}
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
Share SQL by macros: every one in `macros/` is known everywhere by its name.
"""

from featurec.diagnostic import Severity

CODE = "FC152"
NAME = "unavailable-in-template"
SEVERITY = Severity.ERROR
SINCE = "0.1"
