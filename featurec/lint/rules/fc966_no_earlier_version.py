"""A view has no version that readers could go back to.

## What it does
`run --rollback` lets readers see the table that they saw before. It looks for that table among those that are there.

## Why it is bad
Nothing can be switched back: either the view never had another version, or the one before was collected after the time
that the target's `keep_versions` says.

## Example
```console
$ featurec run --select spend
$ featurec run --rollback --select spend
```

## Use instead
```console
$ git revert HEAD
$ featurec run --select spend
```

## Known limits
A run with another definition goes forward again. What was collected is not kept anywhere.
"""

from featurec.diagnostic import Severity

CODE = "FC966"
NAME = "no-earlier-version"
SEVERITY = Severity.ERROR
SINCE = "0.1"
