"""Two keys that contradict each other, or one that needs another.

## What it does
Finds pairs that cannot both hold: `static` and `timestamp`, `path` and `table`, `inputs` and what only rows could
follow, such as `aggregations`, `timestamp` and `ttl`; and `available_at` or `valid_to` without `timestamp`.

## Why it is bad
One of the two would have to be passed over, and the reader could not tell which.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: created_at
      items:
        columns: {item_id: bigint, changed_at: timestamptz}
        timestamp: changed_at
        static: true
```

## Use instead
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        timestamp: created_at
      items:
        columns: {item_id: bigint, changed_at: timestamptz}
        timestamp: changed_at
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC110"
NAME = "contradicting-keys"
SEVERITY = Severity.ERROR
SINCE = "0.1"
