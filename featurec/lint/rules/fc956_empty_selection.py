"""A selector matches nothing, or is not a selector.

## What it does
`--select` and `--exclude` take names, `+name`, `name+`, `tag:…`, `path:…`, `source:…` and `state:…`, with `*` as wildcard. A space
means union, a comma intersection.

## Why it is bad
A run of nothing looks like success.

## Example
```console
$ featurec run --select tag:nightly
```

## Use instead
```console
$ featurec ls
$ featurec run --select tag:daily
```

## Known limits
A selection that `--exclude` empties is a warning, not an error.
"""

from featurec.diagnostic import Severity

CODE = "FC956"
NAME = "empty-selection"
SEVERITY = Severity.ERROR
SINCE = "0.1"
