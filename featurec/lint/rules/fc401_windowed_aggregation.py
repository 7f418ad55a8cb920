"""A windowed aggregation was asked for, and this version does not compute it.

## What it does
Refuses a training set, a service or a query that asks for one of a view's `aggregations`.

## Why it is bad
The header may declare windowed aggregations already, but only features of the latest row are planned so far. An
empty column in their place would train a model on nothing.

## Example
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
```

```yaml services.yml
services:
  - name: ranking
    features: [spend:amount_sum_7d]
```

## Use instead
```sql features/spend.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
  amount_7d: {type: "decimal(38,2)"}
---*/
SELECT
  user_id,
  created_at,
  amount,
  CAST(sum(amount) OVER (
    PARTITION BY user_id ORDER BY created_at RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW
  ) AS DECIMAL(38, 2)) AS amount_7d
FROM {{ source('shop', 'orders') }}
```

```yaml services.yml
services:
  - name: ranking
    features: [spend:amount_7d]
```

## Known limits
A window function gives the value at the time of the view's last row, not at the time of the spine row.
"""

from featurec.diagnostic import Severity

CODE = "FC401"
NAME = "windowed-aggregation"
SEVERITY = Severity.ERROR
SINCE = "0.1"
