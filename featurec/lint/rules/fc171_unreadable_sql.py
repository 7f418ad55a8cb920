"""The SQL cannot be read.

## What it does
Parses the SQL in the dialect of the view (`dialect:` in its header or in featurec.yml; DuckDB where neither says) and
points at the word where reading stopped, or at the quote or comment that is never closed.

## Why it is bad
What cannot be read cannot be checked, and the database would refuse it too.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at amount,
FROM shop.orders WHERE
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

## Known limits
Reading stops at the first mistake, so a file gets one such finding at a time. The word it stops at may come after the
mistake: a missing bracket shows where the next clause begins. The parser is more lenient than databases are; what only
the database refuses shows when it runs.
"""

from featurec.diagnostic import Severity

CODE = "FC171"
NAME = "unreadable-sql"
SEVERITY = Severity.ERROR
SINCE = "0.1"
