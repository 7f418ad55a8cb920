/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at, status, is_fraud
FROM {{ source('shop', 'orders') }}
