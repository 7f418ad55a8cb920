/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id,
       created_at,
       avg(amount) OVER (PARTITION BY user_id ORDER BY created_at
                         ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING) AS smoothed,
       amount - avg(amount) OVER (PARTITION BY user_id) AS above_usual,
       lead(created_at) OVER (PARTITION BY user_id ORDER BY created_at) - created_at AS until_next,
       percent_rank() OVER (ORDER BY amount) AS percentile,
       rank() OVER (PARTITION BY created_at::date ORDER BY amount DESC) AS rank_of_day
FROM {{ source('shop', 'orders') }}
