/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id,
       date_trunc('day', o.created_at) AS created_at,
       count(*) AS orders,
       sum(amount) AS spent
FROM {{ source('shop', 'orders') }} AS o
GROUP BY 1, 2
