/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, max(o.created_at) AS created_at, sum(amount) AS spent
FROM {{ source('shop', 'orders') }} AS o
WHERE status <> 'open'
GROUP BY user_id
