/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id,
       created_at,
       date_diff('day', created_at, now()) AS age,
       random() AS noise
FROM {{ source('shop', 'orders') }}
WHERE created_at > current_timestamp - INTERVAL 30 DAY
