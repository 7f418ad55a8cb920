/*---
description: What a customer has sent back.
owner: you@example.com
entities: [customer]
timestamp: returned_at
features:
  returns_so_far: {type: bigint, description: number of orders sent back, default: 0}
---*/
SELECT customer_id, returned_at, {{ so_far('count(*)', 'returned_at') }} AS returns_so_far
FROM {{ source('shop', 'returns') }}
