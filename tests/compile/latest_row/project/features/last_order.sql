/*---
description: The last order of a user, known when it was placed.
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
  status: {type: varchar, default: none}
---*/
SELECT user_id, created_at, amount, status -- the comment is dropped
FROM {{ source('shop', 'orders') }}
WHERE status <> 'test'
