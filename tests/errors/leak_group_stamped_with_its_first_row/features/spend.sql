/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, min(o.created_at) AS created_at, count(*) AS orders, avg(amount) AS mean_amount
FROM {{ source('shop', 'orders') }} AS o
GROUP BY user_id
