"""A bare table name fits more than one source table or view.

## What it does
Refuses a name without a source in front of it when several tables are called so.

## Why it is bad
The first one found would be read, and adding a source elsewhere in the project would change the meaning of this
query.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", status: varchar, created_at: timestamptz}
        timestamp: created_at
      users:
        columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
        timestamp: signup_at
      items:
        columns: {item_id: bigint, category: varchar, price: "decimal(18,2)"}
        static: true
  archive:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: created_at
```

```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM orders
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
FROM {{ source('shop', 'orders') }}
```

## Known limits
A view that reads a table of its own name means the table.
"""

from featurec.diagnostic import Severity

CODE = "FC202"
NAME = "ambiguous-relation"
SEVERITY = Severity.ERROR
SINCE = "0.1"
