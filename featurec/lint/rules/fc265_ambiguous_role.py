"""One name stands for two different lookups.

## What it does
A view asked for twice under the same name must be the same view with the same join keys. To look it up by two keys, each
lookup gets a name of its own with `as:`.

## Why it is bad
The features of both would get the same names.

## Example
```console
$ featurec train flights.csv --service weather_by_origin --features weather:wind -o train.parquet
```

## Use instead
```console
$ featurec train flights.csv --service weather_by_origin -o train.parquet
```

## Known limits
`--features` always means the view under its own name and keys.
"""

from featurec.diagnostic import Severity

CODE = "FC265"
NAME = "ambiguous-role"
SEVERITY = Severity.ERROR
SINCE = "0.1"
