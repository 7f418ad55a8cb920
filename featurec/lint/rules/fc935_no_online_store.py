"""The target has no online store that can be used.

## What it does
Looks at `online` of the target: its type and its URL.

## Why it is bad
There is nowhere to export to, or to read from.

## Example
```console
$ featurec online get --service spending user_id=1 --target lab
```

## Use instead
```console
$ featurec online get --service spending user_id=1 --target prod
```

## Known limits
A target without `online` is fine for training.
"""

from featurec.diagnostic import Severity

CODE = "FC935"
NAME = "no-online-store"
SEVERITY = Severity.ERROR
SINCE = "0.1"
