"""A PostgreSQL server does not answer, or does not let the role in.

## What it does
Every command that needs a store opens a session first. The server's own words are the cause; a password in the URL is
never shown.

## Why it is bad
Without the database nothing can be read or written. What was built before stays as it was.

## Example
```console
$ DATABASE_URL=postgresql://app@localhost:5433/features featurec run
```

## Use instead
```console
$ featurec debug
$ DATABASE_URL=postgresql://app@localhost:5432/features featurec run
```

## Known limits
A server that is there but does not answer is given up after 10 seconds, unless the URL says `connect_timeout=`. A session
that is lost in the middle of a command is reported by the same code; what was not committed is rolled back.
"""

from featurec.diagnostic import Severity

CODE = "FC902"
NAME = "unreachable-database"
SEVERITY = Severity.ERROR
SINCE = "0.1"
