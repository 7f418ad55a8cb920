"""Another process has the DuckDB file open.

## What it does
DuckDB lets one writing process into a file. A command that finds the file taken waits ten seconds for it, then names the
process that holds it.

## Why it is bad
Two writers would destroy the file, so DuckDB refuses the second.

## Example
```console
$ featurec run &
$ featurec train labels.csv --service churn -o train.parquet
```

## Use instead
```console
$ wait
$ featurec train labels.csv --service churn -o train.parquet
```

## Known limits
Several commands that only read (`train`, `show`, `why`) share a file, though not with one that writes. A notebook with the
file open for writing counts as a writer; `duckdb.connect(path, read_only=True)` does not.
"""

from featurec.diagnostic import Severity

CODE = "FC903"
NAME = "database-in-use"
SEVERITY = Severity.ERROR
SINCE = "0.1"
