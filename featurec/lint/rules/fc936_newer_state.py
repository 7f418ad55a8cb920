"""The state of a target was written by a newer featurec.

## What it does
Compares the migrations that the state tables in schema `featurec` have had with those that this featurec knows.

## Why it is bad
State of a newer release may mean what this one does not know; to write into it could lose what is recorded there.

## Example
```console
$ featurec run --target prod      # featurec 0.1, after 0.2 has run there
```

## Use instead
```console
$ pip install --upgrade featurec
$ featurec run --target prod
```

## Known limits
Older state is brought forward by the next command that writes.
"""

from featurec.diagnostic import Severity

CODE = "FC936"
NAME = "newer-state"
SEVERITY = Severity.ERROR
SINCE = "0.1"
