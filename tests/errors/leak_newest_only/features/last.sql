/*---
entities: [user]
timestamp: created_at
---*/
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC) AS rn FROM {{ source('shop', 'orders') }}
)
SELECT user_id, created_at, amount
FROM numbered
WHERE rn = 1 AND amount > 100
