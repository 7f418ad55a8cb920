"""No `featurec.yml` is in this folder or above it.

## What it does
Most commands work on a project: the folder that holds `featurec.yml`. They look for it in the current folder and its
parents, or in the folder that `--project-dir` names.

## Why it is bad
Without the project there is nothing to compile. featurec never guesses one.

## Example
```console
$ cd /tmp
$ featurec ls
```

## Use instead
```console
$ featurec init shop
$ featurec ls --project-dir shop
```

## Known limits
`--project-dir` names the folder itself; its parents are not searched.
"""

from featurec.diagnostic import Severity

CODE = "FC950"
NAME = "missing-project"
SEVERITY = Severity.ERROR
SINCE = "0.1"
