"""The online table of a view is not the one that featurec made.

## What it does
Compares the table and what the registry says of it before anything is written.

## Why it is bad
Something else writes there, or the registry was changed by hand.

## Example
```console
$ featurec run --select spend
```

## Use instead
```console
$ featurec debug
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC934"
NAME = "foreign-online-table"
SEVERITY = Severity.ERROR
SINCE = "0.1"
