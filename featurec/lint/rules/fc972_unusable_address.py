"""`featurec serve` cannot listen where it was told to.

## What it does
The address and port of `--host` and `--port` are taken before anything else; the cause is the system's own.

## Why it is bad
Two servers cannot share a port, and an address must be this machine's.

## Example
```console
$ featurec serve --port 80
```

## Use instead
```console
$ featurec serve --port 6567
```

## Known limits
Port 0 takes any that is free, and says which.
"""

from featurec.diagnostic import Severity

CODE = "FC972"
NAME = "unusable-address"
SEVERITY = Severity.ERROR
SINCE = "0.1"
