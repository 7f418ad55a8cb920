"""A view, feature, service, spine, target or code named on the command line does not exist.

## What it does
Names on the command line are looked up in the project; the fix lists the nearest ones and those that are accepted.

## Why it is bad
A name that matches nothing would silently do nothing.

## Example
```console
$ featurec show ordr_history
```

## Use instead
```console
$ featurec show order_history
```

## Known limits
A view with errors, or one that reads such a view, is not known either; its own errors are printed beside this one.
"""

from featurec.diagnostic import Severity

CODE = "FC953"
NAME = "unknown-name"
SEVERITY = Severity.ERROR
SINCE = "0.1"
