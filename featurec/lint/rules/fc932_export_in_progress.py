"""Another run is exporting this view.

## What it does
Names the process that holds the lease, and since when.

## Why it is bad
Two exports at once could put an older row over a newer one.

## Example
```console
$ featurec run & featurec run
```

## Use instead
```console
$ featurec run
```

## Known limits
The lease ends with its process.
"""

from featurec.diagnostic import Severity

CODE = "FC932"
NAME = "export-in-progress"
SEVERITY = Severity.ERROR
SINCE = "0.1"
