"""Another run is building a view.

## What it does
Takes a lease on every chosen view before anything is computed.

## Why it is bad
Two runs of one view would wait for each other and do the same work twice.

## Example
```console
$ featurec run --target prod &
$ featurec run --target prod
```

## Use instead
```console
$ featurec run --target prod &
$ featurec run --target prod --wait 600
```

## Known limits
The lease ends with the process that holds it. A process that is stopped, and does not say for a minute that it lives, loses it. With DuckDB the whole database file is held, which is FC903.
"""

from featurec.diagnostic import Severity

CODE = "FC938"
NAME = "run-in-progress"
SEVERITY = Severity.ERROR
SINCE = "0.1"
