"""The spine lacks a column that is an input of an on-demand view.

## What it does
Looks for each name under `inputs` among the columns of the spine.

## Why it is bad
An on-demand view is computed from what a request brings. In training each row of the spine is a request, and must bring it
too; an empty column in its place would train a model on nothing.

## Example
```console
$ featurec train labels.parquet --features cart:change -o train.parquet
error[FC267]: the spine has no column `price`, an input of `cart`
```

## Use instead
```console
$ duckdb -c "COPY (SELECT *, list_price AS price FROM 'labels.parquet') TO 'priced.parquet'"
$ featurec train priced.parquet --features cart:change -o train.parquet
```

## Known limits
The case of letters does not matter.
"""

from featurec.diagnostic import Severity

CODE = "FC267"
NAME = "missing-input"
SEVERITY = Severity.ERROR
SINCE = "0.1"
