"""An entity lacks a join key, or an input of an on-demand view.

## What it does
Every join key of every view asked for must be given, and every input of an on-demand view; an input that is not known is
given as null.

## Why it is bad
Without it there is no row to look for.

## Example
```console
$ featurec online get --service spending country=de
```

## Use instead
```console
$ featurec online get --service spending user_id=1
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC941"
NAME = "missing-entity-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
