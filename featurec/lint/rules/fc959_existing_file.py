"""A command would overwrite a file that it did not write.

## What it does
`init` and `sources import` write new files only. Files that exist are named, and nothing is written.

## Why it is bad
Work that is not committed yet would be lost.

## Example
```console
$ featurec init .
```

## Use instead
```console
$ featurec init shop
```

## Known limits
`sources import --force` replaces `sources.yml`; `init` never replaces anything.
"""

from featurec.diagnostic import Severity

CODE = "FC959"
NAME = "existing-file"
SEVERITY = Severity.ERROR
SINCE = "0.1"
