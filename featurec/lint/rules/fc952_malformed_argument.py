"""The value of an argument or option cannot be read.

## What it does
Some arguments have a form of their own: `--vars` takes a YAML mapping, `--at` an instant, `--features` a list of
`view:feature`, and entity keys are `key=value` pairs.

## Why it is bad
Half-understood values would answer another question than the one asked.

## Example
```console
$ featurec why order_history:orders_so_far customer_id=1 --at yesterday
```

## Use instead
```console
$ featurec why order_history:orders_so_far customer_id=1 --at 2024-03-01T12:00:00Z
```

## Known limits
An instant without offset is taken in the time zone of the project (`timezone:` in `featurec.yml`, else UTC).
"""

from featurec.diagnostic import Severity

CODE = "FC952"
NAME = "malformed-argument"
SEVERITY = Severity.ERROR
SINCE = "0.1"
