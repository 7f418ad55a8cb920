"""The spine lacks a column that the join needs, or it has an unsuitable type.

## What it does
Every spine needs one column for the as-of time (`event_timestamp`, or what `--timestamp` names; a date, timestamp or
timestamptz) and one column for each join key of each requested view, of a type that compares with the key's.

## Why it is bad
A join on a missing or incomparable column would find nothing, and every feature would silently be NULL.

## Example
```console
$ featurec train labels.csv --service churn -o train.parquet
```

## Use instead
```console
$ featurec train labels.csv --service churn --timestamp asked_at -o train.parquet
```

## Known limits
Keys that are called otherwise in the spine are mapped by `join_keys` in the service.
"""

from featurec.diagnostic import Severity

CODE = "FC955"
NAME = "spine-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
