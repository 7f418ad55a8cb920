"""`featurec serve` would answer whoever reaches it.

## What it does
Without `--tokens` a server listens on this machine only (`127.0.0.1`, `::1`, `localhost`).

## Why it is bad
Features are made of what is known of people; who can reach a port is seldom who may read them.

## Example
```console
$ featurec serve --host 0.0.0.0
```

## Use instead
```console
$ featurec serve token scoring --tokens tokens.yml --service fraud
$ featurec serve --host 0.0.0.0 --tokens tokens.yml
```

## Known limits
Tokens are sent as they are: put TLS in front of a server that listens beyond one machine.
"""

from featurec.diagnostic import Severity

CODE = "FC973"
NAME = "open-server"
SEVERITY = Severity.ERROR
SINCE = "0.1"
