"""A source table that says nothing about time.

## What it does
Every table is one of three: it has a `timestamp`, it is `static`, or it is `mutable`.

## Why it is bad
When a row became known is what every later guarantee rests on, and nothing in the warehouse says it.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: created_at
      users:
        columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
```

## Use instead
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: created_at
      users:
        columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
        timestamp: signup_at
```

## Known limits
Whether the declaration is true cannot be seen in the project; `available_at` is for rows that arrive later than they
happen.
"""

from featurec.diagnostic import Severity

CODE = "FC109"
NAME = "timeless-table"
SEVERITY = Severity.ERROR
SINCE = "0.1"
