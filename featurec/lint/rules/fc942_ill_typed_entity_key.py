"""The value of a join key, or of an input of an on-demand view, is not of its type.

## What it does
Reads every key as the type that its entity declares, and every input as the type that `inputs` of its view declare.

## Why it is bad
A text that is no number names no row, and would look like an entity that is not known. A value
that an input cannot hold would be computed with as another one.

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
