"""The SQL is, or holds, a statement that is no SELECT.

## What it does
Refuses every statement but one SELECT or set operation (`UNION`, `EXCEPT`, `INTERSECT`), with CTEs or without, also
inside CTEs and subqueries: INSERT, UPDATE, DELETE, MERGE, CREATE, COPY, SET, PRAGMA, ATTACH, CALL, EXPLAIN, DESCRIBE and
the others.

## Why it is bad
featurec proves what a view reads and runs it many times: to build, to train, to show. Statements that write or that
change the session have no such meaning, and one that hides in a CTE would run with the rights of whoever trains.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
DELETE FROM shop.orders WHERE amount < 0
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
WHERE amount >= 0
```

## Known limits
`VALUES (…)`, `TABLE t` and DuckDB's `PIVOT t ON …` are queries in some databases; write them as SELECT, as the finding
shows.
"""

from featurec.diagnostic import Severity

CODE = "FC801"
NAME = "other-statement"
SEVERITY = Severity.ERROR
SINCE = "0.1"
