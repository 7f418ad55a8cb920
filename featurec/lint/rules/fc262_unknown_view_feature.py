"""A feature is asked for that its view does not have.

## What it does
The part after the colon in `view:feature` must be a declared feature, a windowed aggregation or an output column of the
view's SELECT.

## Why it is bad
A training set without the features that were asked for would be another one.

## Example
```console
$ featurec train labels.csv --features spend:amuont -o train.parquet
```

## Use instead
```console
$ featurec train labels.csv --features spend:amount -o train.parquet
```

## Known limits
Columns that the header does not declare can be used in training, but are not exported online.
"""

from featurec.diagnostic import Severity

CODE = "FC262"
NAME = "unknown-view-feature"
SEVERITY = Severity.ERROR
SINCE = "0.1"
