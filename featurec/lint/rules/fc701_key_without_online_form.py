"""A join key of a type that cannot name an online row.

## What it does
Online rows are found by a text made of the join keys, which must be the same from every engine.

## Why it is bad
Two values that look equal may differ, so that a row could be missed when it is asked for.

## Example
```console
$ featurec run --select spend_by_location
```

## Use instead
```console
$ featurec run --select spend_by_location   # with `online: false` in its header, or another key
```

## Known limits
Training does without the online store; only an export refuses.
"""

from featurec.diagnostic import Severity

CODE = "FC701"
NAME = "key-without-online-form"
SEVERITY = Severity.WARNING
SINCE = "0.1"
