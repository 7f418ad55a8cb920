"""Rows of a source came later than a view allows for, or rows that it was computed from are gone.

## What it does
Counts the rows of every source that became known before the last run read that far, and compares with how many there were then.

## Why it is bad
A row that comes after `max_lateness` is not in the table: training sets built from it lack what a model could have known.

## Example
```sql
/*---
entities: [user]
timestamp: ordered_at
max_lateness: 1h        # a file of yesterday comes in the morning
---*/
SELECT user_id, ordered_at, amount FROM {{ source('shop', 'orders') }}
```

## Use instead
```sql
/*---
entities: [user]
timestamp: ordered_at
max_lateness: 2d
---*/
SELECT user_id, ordered_at, amount FROM {{ source('shop', 'orders') }}
```

## Known limits
Rows are counted, not compared: a row that was rewritten in place, within the same time, is not noticed beyond `max_lateness`. A view that declares no `max_lateness` is computed in full when rows come late.
"""

from featurec.diagnostic import Severity

CODE = "FC937"
NAME = "late-rows"
SEVERITY = Severity.WARNING
SINCE = "0.1"
