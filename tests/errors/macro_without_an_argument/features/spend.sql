/*---
entities: [user]
timestamp: created_at
features: {is_recent: {type: boolean}}
---*/
SELECT user_id, created_at, {{ recent('created_at') }} AS is_recent
FROM {{ source('shop', 'orders') }}
