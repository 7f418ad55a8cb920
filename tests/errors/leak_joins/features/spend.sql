/*---
entities: [user]
timestamp: created_at
---*/
SELECT o.user_id,
       o.created_at,
       u.country,
       count(later.order_id) AS orders_around,
       sum(later.amount) AS spent_around
FROM {{ source('shop', 'orders') }} AS o
JOIN {{ source('shop', 'users') }} AS u USING (user_id)
LEFT JOIN {{ source('shop', 'orders') }} AS later
  ON later.user_id = o.user_id AND later.created_at::date = o.created_at::date
GROUP BY ALL
