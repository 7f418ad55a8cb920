"""Two runs over the same rows give different values.

## What it does
Finds random numbers and ids, sampling, LIMIT without an order, and aggregates that depend on the order in which rows
happen to be read, such as `any_value`, `first`, `array_agg` and `string_agg` without ORDER BY.

## Why it leaks
What the model was asked with cannot be told any more, and training cannot show it:

| order | `in_test`, built on Monday | `in_test`, built on Tuesday |
|---|---|---|
| 1 May | **true** | **false** |
| 9 May | **false** | **false** |

The same row, with the same past, has two values: neither training nor a comparison with what was served can be trusted.

## Example
```sql features/experiment.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  random() < 0.5 AS in_test
FROM {{ source('shop', 'orders') }}
```

## Use instead
A hash of a key is as good as chance, and stays.

```sql features/experiment.sql
/*---
entities: [user]
timestamp: created_at
---*/
SELECT
  user_id,
  created_at,
  hash(user_id) % 2 = 0 AS in_test
FROM {{ source('shop', 'orders') }}
```

For an aggregate, say the order: `array_agg(item_id ORDER BY created_at, order_id)`.

## Known limits
Ties are not looked for. `ROWS` frames, `row_number`, `arg_max` and ORDER BY within aggregates depend on chance where
two rows are equal in all that they are ordered by; end the order with an id.
"""

from featurec.diagnostic import Severity

CODE = "FC312"
NAME = "nondeterministic"
SEVERITY = Severity.ERROR
SINCE = "0.1"
