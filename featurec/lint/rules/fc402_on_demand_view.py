"""Rows are asked for of an on-demand view, which has none.

## What it does
Refuses a preview or an explanation of a view with `inputs`, and a training set as one query of a warehouse other than DuckDB.

## Why it is bad
Such a view is an expression over what a request brings. Without a request there is nothing to show.

## Example
```console
$ featurec show cart
error[FC402]: `cart` is an on-demand view and has no rows
```

## Use instead
```console
$ featurec online get --features cart user_id=1,price=12.5
$ featurec train labels.parquet --features cart -o train.parquet
```

## Known limits
`featurec compile` writes the SQL that is evaluated, with a parameter for each input and feature.
"""

from featurec.diagnostic import Severity

CODE = "FC402"
NAME = "on-demand-view"
SEVERITY = Severity.ERROR
SINCE = "0.1"
