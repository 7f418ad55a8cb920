"""There are no logged answers that could be compared.

## What it does
`featurec verify --replay` needs answers of versions that the project has now. A folder without any, a service that was
never asked, a time at which nobody asked, or a project that has changed since, leave nothing.

## Why it is bad
A comparison of nothing looks like success.

## Example
```console
$ featurec verify --replay answers --service fraudd
```

## Use instead
```console
$ featurec serve --log-features answers --log-share 0.1
$ featurec verify --replay answers --service fraud
```

## Known limits
What the server has not written yet, at most a minute of it, is not there to be replayed.
"""

from featurec.diagnostic import Severity

CODE = "FC981"
NAME = "nothing-to-replay"
SEVERITY = Severity.ERROR
SINCE = "0.1"
