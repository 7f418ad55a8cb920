"""Features are asked of a view that does not exist.

## What it does
Each `view:feature` of `--features`, and each view of a service, must be a feature view of the project.

## Why it is bad
A training set without the features that were asked for would be another one.

## Example
```console
$ featurec train labels.csv --features spnd:amount -o train.parquet
```

## Use instead
```console
$ featurec ls --resource-type view
$ featurec train labels.csv --features spend:amount -o train.parquet
```

## Known limits
A view with errors is not known either; its own findings are printed beside this one.
"""

from featurec.diagnostic import Severity

CODE = "FC261"
NAME = "unknown-view"
SEVERITY = Severity.ERROR
SINCE = "0.1"
