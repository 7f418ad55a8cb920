"""The name of an output column is longer than 63 bytes.

## What it does
Measures output names in UTF-8, those of aggregations with their windows (`amount_sum_7d`).

## Why it is bad
Postgres cuts longer names without a word, and two of them may become one.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT
  user_id,
  created_at,
  amount,
  amount AS amount_of_the_order_in_the_currency_of_the_country_where_it_was_made
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
SELECT
  user_id,
  created_at,
  amount,
  amount AS amount_in_local_currency
FROM shop.orders
```

## Known limits
The limit holds for every target, so that a project can move.
"""

from featurec.diagnostic import Severity

CODE = "FC212"
NAME = "long-output-name"
SEVERITY = Severity.ERROR
SINCE = "0.1"
