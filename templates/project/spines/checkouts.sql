/*---
description: Every order, and whether it came back within 30 days.
owner: you@example.com
entities: [customer, product]
timestamp: ordered_at
labels: [came_back]
strict: true                        # an order is not part of its own history
---*/
SELECT
  orders.customer_id,
  orders.sku,
  orders.ordered_at,
  returns.order_id IS NOT NULL AS came_back
FROM {{ source('shop', 'orders') }} AS orders
LEFT JOIN {{ source('shop', 'returns') }} AS returns
  ON returns.order_id = orders.order_id
  AND returns.returned_at <= orders.ordered_at + INTERVAL 30 DAY
