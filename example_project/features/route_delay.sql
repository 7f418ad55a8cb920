/*---
description: How flights between two airports have arrived lately, stamped at each landing. The key is composite.
owner: network@example.com
tags: [route]
entities: [route]
timestamp: landed_at
ttl: 14d
features:
  arr_delay_1d: {type: double, description: mean arrival delay in the day up to the landing, unit: minutes}
  arr_delay_14d: {type: double, description: mean arrival delay in the fourteen days up to the landing, unit: minutes}
  late_share_14d: {type: double, description: the share of those flights that was late, unit: share}
---*/
SELECT origin,
       dest,
       landed_at,
       avg(arr_delay) OVER last_1d AS arr_delay_1d,
       avg(arr_delay) OVER last_14d AS arr_delay_14d,
       avg({{ late('arr_delay') }}) OVER last_14d AS late_share_14d
FROM {{ source('nyc', 'flights') }}
WINDOW last_1d AS {{ trailing('1 day', of='origin, dest', at='landed_at') }},
       last_14d AS {{ trailing('14 days', of='origin, dest', at='landed_at') }}
