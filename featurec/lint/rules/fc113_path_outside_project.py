"""A path that leads out of the project.

## What it does
A `path` of a source is relative to the folder of featurec.yml, and stays below it.

## Why it is bad
Absolute paths work on one machine only, and a path that climbs out would read what the project has no business with.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        path: /data/orders.parquet
        timestamp: created_at
```

## Use instead
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", created_at: timestamptz}
        path: data/orders.parquet
        timestamp: created_at
```

## Known limits
A symbolic link below the project may lead elsewhere; DuckDB is given the declared files and nothing else.
"""

from featurec.diagnostic import Severity

CODE = "FC113"
NAME = "path-outside-project"
SEVERITY = Severity.ERROR
SINCE = "0.1"
