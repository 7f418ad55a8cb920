/*---
entities: [user]
timestamp: created_at
aggregations:
  - {function: sum, column: status, windows: [7d]}
  - {function: max, column: half, windows: [7d]}
  - {function: count, windows: [7d], name: orders}
  - {function: avg, column: amount_in_the_currency_of_the_country_where_the_order_was_made, windows: [30d]}
---*/
SELECT
  user_id,
  created_at,
  status,
  order_id / 2 AS half,
  amount AS orders_7d,
  amount AS amount_in_the_currency_of_the_country_where_the_order_was_made
FROM {{ source('shop', 'orders') }}
