"""The connection was lost while an export was being committed.

## What it does
Says that PostgreSQL was asked to commit and that its answer did not come.

## Why it is bad
The rows may be in the store or not: all of them or none.

## Example
```console
$ featurec run --select spend
```

## Use instead
```console
$ featurec run --select spend
```

## Known limits
A repeated export is safe: what is there already is not written again, and an older row never replaces a newer one.
"""

from featurec.diagnostic import Severity

CODE = "FC943"
NAME = "unknown-outcome"
SEVERITY = Severity.ERROR
SINCE = "0.1"
