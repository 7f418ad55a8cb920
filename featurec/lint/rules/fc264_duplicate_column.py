"""The training set would have two columns of one name.

## What it does
Features are called as in their views. Two views may call a feature alike, or the spine may have a column of that name.

## Why it is bad
One of the two would be lost or renamed by whoever reads the file.

## Example
```console
$ featurec train labels.csv --features spend:amount,refunds:amount -o train.parquet
```

## Use instead
```console
$ featurec train labels.csv --features spend:amount,refunds:amount --full-feature-names -o train.parquet
```

## Known limits
Names that differ in case only are the same name here: not every engine can tell them apart.
"""

from featurec.diagnostic import Severity

CODE = "FC264"
NAME = "duplicate-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
