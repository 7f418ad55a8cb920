"""A file of tokens is not as it must be.

## What it does
`featurec serve --tokens FILE` reads who may ask: a list `tokens`, of which each item has a `name`, the `sha256` of its token and
the `services` that it may read (`"*"` for all). Anything else stops the server.

## Why it is bad
A mistake in such a file could let somebody in, or leave somebody out, and nobody would notice.

## Example
```console
$ featurec serve --tokens tokens.yml   # an item says `service: fraud`
```

## Use instead
```console
$ featurec serve token scoring --tokens tokens.yml --service fraud
```

## Known limits
Whether a service of the file is one of the project is not asked: a token may be made before its service.
"""

from featurec.diagnostic import Severity

CODE = "FC970"
NAME = "unreadable-tokens"
SEVERITY = Severity.ERROR
SINCE = "0.1"
