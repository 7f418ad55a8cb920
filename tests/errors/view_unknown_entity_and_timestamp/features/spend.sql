/*---
entities: [usr]
timestamp: created
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
