"""The embedded Postgres is in use by another command.

## What it does
`clean --data` removes the files of the project's own Postgres. It first stops the server, and that is only done when no
other command uses it.

## Why it is bad
A server whose files vanish loses what it holds and takes the other command down with it.

## Example
```console
$ featurec run &
$ featurec clean --data --yes
```

## Use instead
```console
$ wait
$ featurec clean --data --yes
```

## Known limits
Only commands on this machine are seen. A DuckDB file that another process has open is removed nonetheless; that process
keeps its copy until it ends.
"""

from featurec.diagnostic import Severity

CODE = "FC961"
NAME = "data-in-use"
SEVERITY = Severity.ERROR
SINCE = "0.1"
