/*---
entities: [user]
timestamp: created_at
features: {spent: {type: double}}
---*/
SELECT user_id, created_at, cofalesce(amount, 0) AS spent, now() AS seen
FROM {{ source('shop', 'orders') }}
