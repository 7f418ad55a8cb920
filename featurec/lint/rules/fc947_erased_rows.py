"""A source still has rows of an entity that was erased.

## What it does
Counts the rows that an export left out, as `featurec online erase` has forgotten their entities.

## Why it is bad
The entity is not in the online store, and is in the offline one again.

## Example
```console
$ featurec run --select spend
```

## Use instead
```console
$ featurec online erase user user_id=7
```

## Known limits
Sources are not featurec's: whoever owns them has to delete the rows there first.
"""

from featurec.diagnostic import Severity

CODE = "FC947"
NAME = "erased-rows"
SEVERITY = Severity.WARNING
SINCE = "0.1"
