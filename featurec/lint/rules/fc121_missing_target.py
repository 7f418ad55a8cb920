"""There is no target to work with, or none of that name.

## What it does
A target is a pair of stores. Commands that connect take the one named by `--target`, else `default_target`, else the only
one.

## Why it is bad
Guessing a target could write to production.

## Example
```yaml featurec.yml
name: shop
targets:
  dev: {offline: {type: duckdb}}
  prod: {offline: {type: duckdb, path: prod.duckdb}}
```

## Use instead
```yaml featurec.yml
name: shop
default_target: dev
targets:
  dev: {offline: {type: duckdb}}
  prod: {offline: {type: duckdb, path: prod.duckdb}}
```

## Known limits
`compile` needs no target.
"""

from featurec.diagnostic import Severity

CODE = "FC121"
NAME = "missing-target"
SEVERITY = Severity.ERROR
SINCE = "0.1"
