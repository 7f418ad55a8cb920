"""Rows of a view cannot be exported.

## What it does
Counts rows that are stamped later than the online store's clock plus `max_future`, and rows with NULL in a join key. Up to
1,000 of them are kept in `featurec.online_rejects`, until the next export of the version.

## Why it is bad
One row of the year 2099 would be the newest of its entity until then, and NULL names no entity.

## Example
```console
$ featurec run --select spend
```

## Use instead
```console
$ featurec show spend
```

## Known limits
They are looked for in tables that were built, not in views that are exported from their SQL.
"""

from featurec.diagnostic import Severity

CODE = "FC945"
NAME = "rejected-rows"
SEVERITY = Severity.WARNING
SINCE = "0.1"
