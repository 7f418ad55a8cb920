"""Another session holds what is to be changed.

## What it does
Some changes take a lock and do not wait for it. The command ends, and what it began is rolled back.

## Why it is bad
Two runs that publish the same view at once would each undo the other's work.

## Example
```console
$ featurec run & featurec run
```

## Use instead
```console
$ featurec run && featurec run
```

## Known limits
A session that was left open by another tool may hold the lock as well; the server's `pg_locks` lists it.
"""

from featurec.diagnostic import Severity

CODE = "FC911"
NAME = "held-rows"
SEVERITY = Severity.ERROR
SINCE = "0.1"
