"""There is no record of a last run that could be retried.

## What it does
Reads target/run_results.json, which every run writes.

## Why it is bad
Without it nobody knows what failed, and how it was asked for.

## Example
```console
$ featurec clean
$ featurec retry
```

## Use instead
```console
$ featurec run
$ featurec retry
```

## Known limits
A file of another schema version is not read: run once with this featurec.
"""

from featurec.diagnostic import Severity

CODE = "FC939"
NAME = "no-last-run"
SEVERITY = Severity.ERROR
SINCE = "0.1"
