"""The value of a join key is not of its type.

## What it does
Reads every key as the type that its entity declares.

## Why it is bad
A text that is no number names no row, and would look like an entity that is not known.

## Example
```console
$ featurec online get --service spending user_id=x1
```

## Use instead
```console
$ featurec online get --service spending user_id=1
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC942"
NAME = "ill-typed-entity-key"
SEVERITY = Severity.ERROR
SINCE = "0.1"
