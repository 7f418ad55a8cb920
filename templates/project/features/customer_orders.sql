/*---
description: What a customer has bought up to the last order.
owner: you@example.com
entities: [customer]
timestamp: ordered_at
features:
  last_amount: {type: "decimal(18,2)", description: amount of the last order, unit: EUR}
  orders_so_far: {type: bigint, description: number of orders}
  spent_so_far: {type: "decimal(38,2)", description: sum of their amounts, unit: EUR}
---*/
SELECT
  customer_id,
  ordered_at,
  amount AS last_amount,
  {{ so_far('count(*)', 'ordered_at') }} AS orders_so_far,
  {{ so_far('sum(amount)', 'ordered_at') }} AS spent_so_far
FROM {{ source('shop', 'orders') }}
