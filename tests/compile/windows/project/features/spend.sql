/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
aggregations:
  - {function: count, windows: [7d, 30d], name: paid, filter: status = 'paid'}
  - {function: sum, column: amount, windows: [7d]}
  - {function: sum, column: amount, windows: [7d], offset: 7d, name: before}
---*/
SELECT user_id, created_at, amount, status FROM {{ source('shop', 'orders') }}
