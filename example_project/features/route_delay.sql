/*---
description: How flights between two airports have arrived lately, this week and the week before. The key is composite.
owner: network@example.com
tags: [route]
entities: [route]
timestamp: landed_at
aggregations:
  - {function: avg, column: arr_delay, windows: [1d, 7d]}
  - {function: avg, column: arr_delay, windows: [7d], offset: 7d, name: arr_delay_week_before}
  - {function: avg, column: late, windows: [14d], name: late_share}
---*/
SELECT origin,
       dest,
       landed_at,
       arr_delay,
       {{ late('arr_delay') }} AS late
FROM {{ source('nyc', 'flights') }}
