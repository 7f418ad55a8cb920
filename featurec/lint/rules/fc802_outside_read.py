"""A function reads files, the network, another database or the environment.

## What it does
Refuses functions known to read what is no declared table, or to run a text as SQL or as a program: `read_csv`,
`read_parquet`, `glob`, `query`, `getenv` in DuckDB, `pg_read_file`, `dblink`, `lo_import`, `query_to_xml` in Postgres,
`file`, `url`, `s3`, `remote` in ClickHouse, `reflect` and `TRANSFORM … USING` in Spark, and their kin, however they are
quoted or qualified.

## Why it is bad
What is read past the sources has no declared types and no event time, so nothing can be said about whether it shows
the future. It would also let a pull request read the disk and the secrets of the machine that builds it.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM read_csv('orders.csv')
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
The functions are known by name, those of all dialects together: a function of your own with such a name is refused as
well, and one of your own that reads files is not recognized. What may stand in FROM is limited to a list, see FC806.
"""

from featurec.diagnostic import Severity

CODE = "FC802"
NAME = "outside-read"
SEVERITY = Severity.ERROR
SINCE = "0.1"
