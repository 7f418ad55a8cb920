/*---
entities: [route]
timestamp: landed_at
features:
  delay: {type: double}
---*/
SELECT origin, dest, landed_at, delay FROM {{ source('shop', 'flights') }}
