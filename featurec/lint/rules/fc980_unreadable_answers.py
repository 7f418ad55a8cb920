"""A file among logged answers is cut off, damaged, or of another program.

## What it does
`featurec verify --replay` reads Parquet files that `featurec serve --log-features` has written. The metadata of each
says which versions answered; its columns must be those that the metadata tells of.

## Why it is bad
What is in the file is not compared. The other files are.

## Example
```console
$ truncate -s 1000 answers/fraud/1f0c2a/20240301T120000000000Z-7-1.parquet
$ featurec verify --replay answers
```

## Use instead
```console
$ rm answers/fraud/1f0c2a/20240301T120000000000Z-7-1.parquet
$ featurec verify --replay answers
```

## Known limits
The server gives a file its name only once it is whole, so a server that is killed leaves none that is cut off.
"""

from featurec.diagnostic import Severity

CODE = "FC980"
NAME = "unreadable-answers"
SEVERITY = Severity.WARNING
SINCE = "0.1"
