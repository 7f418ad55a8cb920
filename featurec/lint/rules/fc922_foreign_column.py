"""A column of the spine has a type or name that PostgreSQL cannot hold.

## What it does
With a Postgres target the spine is copied into a temporary table. Nested columns, maps and names over 63 bytes have no place
there.

## Why it is bad
A name that was cut or a value that was flattened would come back changed, and a training set keeps the spine's columns as
they are.

## Example
```console
$ featurec train nested.parquet --service churn -o train.parquet
```

## Use instead
```console
$ duckdb -c "COPY (SELECT * EXCLUDE (payload) FROM 'nested.parquet') TO 'flat.parquet'"
$ featurec train flat.parquet --service churn -o train.parquet
```

## Known limits
A DuckDB target has no such limit.
"""

from featurec.diagnostic import Severity

CODE = "FC922"
NAME = "foreign-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
