/*---
entities: [user]
timestamp: created_at
---*/
SELECT u.user_id, u.signup_at AS created_at, count(o.order_id) AS orders
FROM {{ source('shop', 'users') }} AS u
LEFT JOIN {{ source('shop', 'orders') }} AS o ON o.user_id = u.user_id AND o.created_at < u.signup_at
GROUP BY u.user_id, u.signup_at
