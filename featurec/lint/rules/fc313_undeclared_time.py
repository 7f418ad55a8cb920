"""A view reads a table of which nothing says when its rows became known.

## What it does
Finds the views that depend on a source table without a time. The table itself is FC109; this is where it is used.

## Why it leaks
Without a time any row may have come after the stamp, so nothing about the view can be proved:

| user | country | when did this row become known? |
|---|---|---|
| 1 | DE | |
| 2 | FR | |

## Example
A view over `shop.users`, which sources.yml declares by its columns alone:

```yaml
users:
  columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
```

## Use instead
One of these, whichever is true:

```yaml
users:
  columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
  timestamp: signup_at          # a row is known from then on, and stays as it is
```

```yaml
users:
  columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
  timestamp: signup_at
  mutable: [country]            # a row is known from then on, but this column is rewritten
```

```yaml
users:
  columns: {user_id: bigint, country: varchar, signup_at: timestamptz}
  static: true                  # has always held, such as a list of countries
```

## Known limits
What is declared is believed. A table that is called static and is not makes every proof over it worthless.
"""

from featurec.diagnostic import Severity

CODE = "FC313"
NAME = "undeclared-time"
SEVERITY = Severity.ERROR
SINCE = "0.1"
