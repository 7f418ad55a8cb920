/*---
entities: [user]
timestamp: created_at
schedule: "*/30 * * * * *"
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
