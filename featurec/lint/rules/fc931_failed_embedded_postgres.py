"""The private Postgres did not start.

## What it does
Shows the end of the server's log.

## Why it is bad
Nothing can be exported or read online.

## Example
```console
$ featurec run
```

## Use instead
```console
$ featurec debug
```

## Known limits
Its data lies in `.featurec/postgres`; `featurec clean --data` removes it, and the next run fills it anew.
"""

from featurec.diagnostic import Severity

CODE = "FC931"
NAME = "failed-embedded-postgres"
SEVERITY = Severity.ERROR
SINCE = "0.1"
