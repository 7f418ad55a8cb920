"""A command or an option does not exist, or a required argument is missing.

## What it does
Names of commands and options are checked before anything runs; the fix names the nearest ones.

## Why it is bad
A misspelt option that was ignored would run something else than what was asked for.

## Example
```console
$ featurec run --selct orders
```

## Use instead
```console
$ featurec run --select orders
```

## Known limits
Options are never abbreviated: `--sel` is not `--select`. The exit code is 2.
"""

from featurec.diagnostic import Severity

CODE = "FC951"
NAME = "wrong-usage"
SEVERITY = Severity.ERROR
SINCE = "0.1"
