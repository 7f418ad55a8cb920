"""A column is in none of the relations that the query reads.

## What it does
Resolves every column of every SELECT, with and without prefix, in CTEs, subqueries and the ON of joins, against the
declared columns of sources and the outputs of views.

## Why it is bad
The warehouse would refuse it at three in the morning; offline, it is a typing mistake.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amuont AS amount
FROM shop.orders
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
Where the columns of a relation cannot be known without running it (a table function, PIVOT without a list of values),
any name is taken for one of them. Names are matched as the dialect folds them: in Postgres `"userId"` and `userId`
differ.
"""

from featurec.diagnostic import Severity

CODE = "FC204"
NAME = "unknown-column"
SEVERITY = Severity.ERROR
SINCE = "0.1"
