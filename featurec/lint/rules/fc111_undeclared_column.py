"""A key names a column that the table does not declare.

## What it does
Looks up `timestamp`, `available_at`, `valid_to`, `unique`, `mutable` and `labels` in the declared columns.

## Why it is bad
The time of a row would be read from a column that is not there.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: creatd_at
```

## Use instead
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: created_at
```

## Known limits
The declaration is not compared with the table in the warehouse; the engine does that when it runs.
"""

from featurec.diagnostic import Severity

CODE = "FC111"
NAME = "undeclared-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
