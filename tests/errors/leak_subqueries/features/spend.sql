/*---
entities: [user]
timestamp: created_at
---*/
WITH usual AS (
  SELECT item_id, avg(amount) AS usual_amount
  FROM {{ source('shop', 'orders') }}
  GROUP BY item_id
)
SELECT o.user_id,
       o.created_at,
       o.amount - u.usual_amount AS above_usual,
       (SELECT max(p.amount) FROM {{ source('shop', 'orders') }} AS p WHERE p.user_id = o.user_id) AS dearest,
       n.amount AS newest
FROM {{ source('shop', 'orders') }} AS o
JOIN usual AS u ON u.item_id = o.item_id
LEFT JOIN LATERAL (
  SELECT amount FROM {{ source('shop', 'orders') }} AS i
  WHERE i.user_id = o.user_id
  ORDER BY i.created_at DESC, i.order_id
  LIMIT 1
) AS n ON true
WHERE EXISTS (SELECT 1 FROM {{ source('shop', 'orders') }} AS again WHERE again.user_id = o.user_id AND again.created_at > o.created_at)
