"""The warehouse denies access to a table, a schema or a file.

## What it does
Postgres: the role of the target lacks a right. DuckDB: a query touched a file that is neither a declared source, nor the
spine, nor the output.

## Why it is bad
A session reaches what the project declares and nothing else, so that a feature's SQL cannot read the machine's files.

## Example
```console
$ featurec run
error[FC905]: PostgreSQL at reader@db/shop denies access
cause: permission denied for schema features
```

## Use instead
```console
$ psql -c 'GRANT CREATE ON DATABASE shop TO builder'
$ FEATUREC_ROLE=builder featurec run
```

## Known limits
Reading needs SELECT on the source tables; `run` needs CREATE on the database or a schema `features` and `featurec` of its own.
"""

from featurec.diagnostic import Severity

CODE = "FC905"
NAME = "denied-access"
SEVERITY = Severity.ERROR
SINCE = "0.1"
