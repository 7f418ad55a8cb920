"""A file cannot be opened as a DuckDB database.

## What it does
The target's `path:` is opened by DuckDB, whose own words are the cause: the file is something else, is damaged, was written
by a newer DuckDB, or its folder may not be written.

## Why it is bad
Nothing can be read from it, and featurec does not replace a file that it does not know.

## Example
```console
$ featurec run                      # offline: {type: duckdb, path: data.csv}
```

## Use instead
```console
$ featurec run                      # offline: {type: duckdb, path: .featurec/dev.duckdb}
```

## Known limits
A file of a newer DuckDB needs that version; a file of an older one is read and upgraded.
"""

from featurec.diagnostic import Severity

CODE = "FC912"
NAME = "unusable-database"
SEVERITY = Severity.ERROR
SINCE = "0.1"
