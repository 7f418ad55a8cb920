"""A source is a file, and the dialect asked for reads tables only.

## What it does
Refuses to compile a view over a source with a `path:` for an engine that does not read files.

## Why it is bad
DuckDB reads Parquet and CSV in place. Postgres and most warehouses would need the file as a table first.

## Example
```yaml sources.yml
sources:
  shop:
    tables:
      orders:
        path: data/orders.parquet
        timestamp: created_at
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", status: varchar, created_at: timestamptz}
```

```console
featurec compile --dialect postgres
```

## Use instead
```yaml sources.yml
sources:
  shop:
    schema: shop
    tables:
      orders:
        timestamp: created_at
        columns: {order_id: bigint, user_id: bigint, item_id: bigint, amount: "decimal(18,2)", status: varchar, created_at: timestamptz}
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC504"
NAME = "file-source"
SEVERITY = Severity.ERROR
SINCE = "0.1"
