"""FROM reads a function that is not known to make rows of its arguments alone.

## What it does
Accepts in FROM the functions that only unfold their arguments: `unnest`, `generate_series`, `range`, `explode`,
`flatten`, `jsonb_array_elements`, `json_table`, `numbers` and such. Others are refused.

## Why it is bad
A function in FROM is a table that nobody declared. Databases offer many that read files, other servers, their own
catalogues or tables given by name, and extensions bring more every month.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT o.user_id, o.created_at, o.amount
FROM shop.orders AS o CROSS JOIN repeat_row(1, 2) AS r
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT o.user_id, o.created_at, o.amount
FROM shop.orders AS o CROSS JOIN range(2) AS r (n)
```

## Known limits
A function of your own cannot stand in FROM. Build its result outside and declare the table as a source.
"""

from featurec.diagnostic import Severity

CODE = "FC806"
NAME = "unknown-table-function"
SEVERITY = Severity.ERROR
SINCE = "0.1"
