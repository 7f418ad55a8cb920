"""`sources import` cannot read what it was pointed at.

## What it does
`sources import` reads a DuckDB file, a Postgres URL, or a dbt `manifest.json` (schema v9 to v12). The argument was none of
these, or nothing in it could be imported.

## Why it is bad
Source declarations that miss tables or types would fail later, far from the cause.

## Example
```console
$ featurec sources import target/run_results.json
```

## Use instead
```console
$ featurec sources import target/manifest.json
```

## Known limits
A dbt manifest knows column types only where the project documents them (`data_type`); columns without a type are listed,
and importing from the database itself fills them in.
"""

from featurec.diagnostic import Severity

CODE = "FC958"
NAME = "unreadable-catalog"
SEVERITY = Severity.ERROR
SINCE = "0.1"
