"""The spine of `train` cannot be read.

## What it does
`train` takes a Parquet or CSV file, the name of a `spines/*.sql`, or a table of the target's warehouse. The argument was
none of these, or the file is damaged.

## Why it is bad
Without the spine's keys and times there is nothing to join features to.

## Example
```console
$ featurec train labels.xlsx --service churn -o train.parquet
```

## Use instead
```console
$ featurec train labels.csv --service churn -o train.parquet
```

## Known limits
A name is looked up in this order: file, spine of the project, table. The format is decided by the file's suffix.
"""

from featurec.diagnostic import Severity

CODE = "FC954"
NAME = "unreadable-spine"
SEVERITY = Severity.ERROR
SINCE = "0.1"
