/*---
entities: [user]
timestamp: signup_at
labels: [ordered]
---*/
SELECT u.user_id, u.signup_at, count(o.order_id) > 0 AS ordered
FROM {{ source('shop', 'users') }} AS u
LEFT JOIN {{ source('shop', 'orders') }} AS o ON o.user_id = u.user_id AND o.created_at > u.signup_at
WHERE u.signup_at < now() - INTERVAL 7 DAY
  AND u.user_id IN (SELECT user_id FROM {{ source('shop', 'orders') }})
GROUP BY u.user_id, u.signup_at
