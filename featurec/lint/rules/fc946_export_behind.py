"""A later instant than that of the run was exported before.

## What it does
Says that nothing was written for a view with windowed features.

## Why it is bad
Windows as of an earlier instant would go back in time.

## Example
```console
$ featurec run --select spend
```

## Use instead
```console
$ featurec run --select spend
```

## Known limits
Where a clock was ahead once, exports write again when that time has come, or when the version's online table was dropped.
"""

from featurec.diagnostic import Severity

CODE = "FC946"
NAME = "export-behind"
SEVERITY = Severity.WARNING
SINCE = "0.1"
