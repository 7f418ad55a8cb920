/*---
entities: [user]
timestamp: created_at
features:
  amount:
    type: "decimal(18,2)"
    tests:
      - not_nul
      - range: {min: 5, max: 1}
      - range: {}
      - accepted_values: [a lot, 2]
      - accepted_values: []
      - notnull: {}
      - relationships: {to: shop.user}
      - relationships: {to: shop.users, field: nation}
      - relationships: {to: shop.users, field: country}
      - unique: [amount, user_id]
aggregations:
  - {function: count, windows: [7d], name: orders}
tests:
  - not_null
  - {not_null: , column: user}
  - {not_null: , column: orders_7d}
  - {not_null: , unique: , column: amount}
  - {range: {min: a}, column: status}
  - {unique: [user_id], name: twice}
  - {unique: [amount], name: twice}
  - {unique: [amount], severity: wrn}
freshness: {warn_after: 2d, error_after: 1d}
---*/
SELECT user_id, created_at, amount, status
FROM {{ source('shop', 'orders') }}
