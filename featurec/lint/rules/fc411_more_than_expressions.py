"""The SELECT of an on-demand view is more than expressions over one request.

## What it does
A view with `inputs` is one SELECT without FROM. Each output is an expression over `{{ input('…') }}` and
`{{ feature('view:feature') }}`, constants and functions of one row. What needs rows is refused: FROM and what follows it,
WITH, DISTINCT, ORDER BY, LIMIT, set operations, subqueries, aggregates, windows, functions that return rows, `*`, and reading
one output by its alias in another.

## Why it is bad
The same SQL is evaluated over each row of a training set and over each request. A request is one row, so that an aggregate
would be of that row alone in serving, and of all rows in training.

## Example
```sql features/cart.sql
/*---
entities: [user]
inputs: {price: double}
features:
  above_mean: {type: double}
---*/
SELECT {{ input('price') }} - avg(amount) AS above_mean
FROM shop.orders
```

## Use instead
```sql features/habit.sql
/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: avg, column: amount, windows: [30d]}
---*/
SELECT user_id, created_at, amount
FROM shop.orders
```

```sql features/cart.sql
/*---
entities: [user]
inputs: {price: double}
features:
  above_mean: {type: double}
---*/
SELECT {{ input('price') }} - {{ feature('habit:amount_avg_30d') }} AS above_mean
```

## Known limits
Functions of lists, such as `list_sum`, are expressions over one row.
"""

from featurec.diagnostic import Severity

CODE = "FC411"
NAME = "more-than-expressions"
SEVERITY = Severity.ERROR
SINCE = "0.1"
