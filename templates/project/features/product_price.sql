/*---
description: What a product costs.
owner: you@example.com
entities: [product]
timestamp: changed_at
features:
  price: {type: "decimal(18,2)", description: present price, unit: EUR}
---*/
SELECT sku, changed_at, price
FROM {{ source('shop', 'prices') }}
