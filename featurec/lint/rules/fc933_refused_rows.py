"""The online store refused the rows of a view.

## What it does
Shows what the server said; readers see what was there before.

## Why it is bad
PostgreSQL keeps no NUL character in a text, and no entity key over 512 bytes.

## Example
```console
$ featurec run --select spend
```

## Use instead
```console
$ featurec show spend
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC933"
NAME = "refused-rows"
SEVERITY = Severity.ERROR
SINCE = "0.1"
