/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: count, windows: [7d], name: paid, filter: stauts = 'paid'}
  - {function: count, windows: [7d], name: large, filter: amount > avg(amount)}
  - {function: count, windows: [7d], name: known, filter: user_id IN (SELECT user_id FROM shop.users)}
  - {function: count, windows: [7d], name: valued, filter: amount}
  - function: sum
    column: amount
    windows: [7d]
    name: fresh
    filter: >-
      status <> 'open'
      AND created_at > now() - INTERVAL 1 DAY
  - {function: count, windows: [7d], name: sampled, filter: "random() < 0.1"}
---*/
SELECT user_id, created_at, amount, status
FROM {{ source('shop', 'orders') }}
