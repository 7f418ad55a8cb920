SELECT user_id, created_at, amount
FROM {{ source('shop', 'orders') }}
