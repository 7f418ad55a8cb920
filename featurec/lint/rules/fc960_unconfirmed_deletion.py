"""`clean --data` needs a yes, and nobody is there to give it.

## What it does
`clean` removes what a run can make again (`target/`). With `--data` it also removes `.featurec/`: the DuckDB file, the
embedded Postgres and all it holds. It asks first; without a terminal it refuses.

## Why it is bad
Feature values that took hours to build, or an online store in use, would be gone.

## Example
```console
$ featurec clean --data < /dev/null
```

## Use instead
```console
$ featurec clean --data --yes
```

## Known limits
Databases behind a URL are never touched.
"""

from featurec.diagnostic import Severity

CODE = "FC960"
NAME = "unconfirmed-deletion"
SEVERITY = Severity.ERROR
SINCE = "0.1"
