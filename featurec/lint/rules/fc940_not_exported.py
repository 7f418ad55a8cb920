"""A view or feature is not in the online store.

## What it does
Looks at the version that readers see.

## Why it is bad
It was never exported to this target, or was declared after the last run.

## Example
```console
$ featurec online get --features spend:amount user_id=1
```

## Use instead
```console
$ featurec run --select spend
```

## Known limits
None.
"""

from featurec.diagnostic import Severity

CODE = "FC940"
NAME = "not-exported"
SEVERITY = Severity.ERROR
SINCE = "0.1"
