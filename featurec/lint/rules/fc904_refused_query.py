"""The warehouse refused a query.

## What it does
The engine's own words are the cause: a table that is not there, a value that cannot be cast, no memory left. Nothing of
what the command began is kept.

## Why it is bad
The SQL is valid as far as the declarations of the sources go, so the tables or their values differ from what is declared.

## Example
```console
$ featurec run --select spend
error[FC904]: PostgreSQL refused the query
cause: relation "raw.orders" does not exist
```

## Use instead
```console
$ featurec sources import -o -      # what the tables look like now
$ featurec show spend --limit 5
```

## Known limits
A message may quote a line of the compiled SQL, which is in `target/compiled/`, not of the author's file.
"""

from featurec.diagnostic import Severity

CODE = "FC904"
NAME = "refused-query"
SEVERITY = Severity.ERROR
SINCE = "0.1"
