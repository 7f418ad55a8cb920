"""A column of the spine does not have the type of an input.

## What it does
Compares the spine's column with the type under `inputs`. A number may come as another kind of number, but not an integer as one
with a fraction; everything else must be of the same kind.

## Why it is bad
A conversion could round or reinterpret values in training, where serving gets them as they are.

## Example
```console
$ featurec train labels.parquet --features cart:change -o train.parquet
error[FC268]: `price` of the spine is of type varchar, the input of `cart` is double
```

## Use instead
```console
$ duckdb -c "COPY (SELECT * REPLACE (price::DOUBLE AS price) FROM 'labels.parquet') TO 'typed.parquet'"
$ featurec train typed.parquet --features cart:change -o train.parquet
```

## Known limits
Nested types are left to DuckDB's cast. A CSV file has no types: its inputs are read in the declared ones.
"""

from featurec.diagnostic import Severity

CODE = "FC268"
NAME = "unfit-input"
SEVERITY = Severity.ERROR
SINCE = "0.1"
