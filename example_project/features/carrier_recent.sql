/*---
description: How a carrier's arrivals have gone lately, stamped at each landing.
owner: ops-analytics@example.com
tags: [carrier]
entities: [carrier]
timestamp: landed_at
ttl: 2d
features:
  arrivals_6h: {type: bigint, description: arrivals in the six hours up to the landing, unit: flights}
  arr_delay_6h: {type: double, description: their mean arrival delay, unit: minutes}
  late_share_6h: {type: double, description: the share of them that was late, unit: share}
  arr_delay_7d: {type: double, description: mean arrival delay in the seven days up to the landing, unit: minutes}
---*/
SELECT carrier,
       landed_at,
       count(*) OVER last_6h AS arrivals_6h,
       avg(arr_delay) OVER last_6h AS arr_delay_6h,
       avg({{ late('arr_delay') }}) OVER last_6h AS late_share_6h,
       avg(arr_delay) OVER last_7d AS arr_delay_7d
FROM {{ source('nyc', 'flights') }}
WINDOW last_6h AS {{ trailing('6 hours', of='carrier', at='landed_at') }},
       last_7d AS {{ trailing('7 days', of='carrier', at='landed_at') }}
