"""The file named by `--output` cannot be written.

## What it does
The suffix decides the format: `.parquet` or `.csv`. The folder must exist. The result is first written beside it under a
temporary name and then renamed, so that a failed command leaves the old file alone.

## Why it is bad
A training set in a format that nobody asked for, or half of one, is worse than none.

## Example
```console
$ featurec train labels.csv --service churn -o train.xlsx
```

## Use instead
```console
$ featurec train labels.csv --service churn -o train.parquet
```

## Known limits
An existing file is replaced without asking.
"""

from featurec.diagnostic import Severity

CODE = "FC957"
NAME = "unwritable-output"
SEVERITY = Severity.ERROR
SINCE = "0.1"
