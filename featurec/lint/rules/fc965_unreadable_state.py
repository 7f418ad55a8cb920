"""What `--state` names is no stored manifest.

## What it does
Reads manifest.json, or that of the folder, to compare the project with what it was.

## Why it is bad
Without it nobody knows what is new and what has changed.

## Example
```console
$ featurec plan --state no_such_folder
```

## Use instead
```console
$ git worktree add ../main main && featurec compile --project-dir ../main
$ featurec plan --state ../main/target
```

## Known limits
A manifest of another schema version is not read: write it anew with this featurec.
"""

from featurec.diagnostic import Severity

CODE = "FC965"
NAME = "unreadable-state"
SEVERITY = Severity.ERROR
SINCE = "0.1"
