"""A feature of a type that has no exact form in the online store.

## What it does
Values are kept as JSON, and every one must come back as it was: numbers, texts, times, lists and structs do, intervals and
maps do not.

## Why it is bad
A value that is not the one that training saw is the fault that a feature store is there to prevent.

## Example
```console
$ featurec run --select session_length
```

## Use instead
```console
$ featurec run --select session_length   # with the interval as seconds in the SELECT
```

## Known limits
Training does without the online store; only an export refuses.
"""

from featurec.diagnostic import Severity

CODE = "FC702"
NAME = "feature-without-online-form"
SEVERITY = Severity.WARNING
SINCE = "0.1"
