/*---
description: >-
  Whether a carrier is having a worse day than it is used to. Reads another feature view: its rows, and its windows as
  they were at the time of each row.
owner: ops-analytics@example.com
tags: [carrier]
entities: [carrier]
timestamp: landed_at
ttl: 2d
features:
  above_normal: {type: double, description: mean delay of the last six hours less that of the last seven days, unit: minutes}
  rising: {type: double, description: mean delay of the last six hours less what it was on average today, unit: minutes}
---*/
SELECT carrier,
       landed_at,
       arr_delay_avg_6h - arr_delay_avg_7d AS above_normal,
       arr_delay_avg_6h - avg(arr_delay_avg_6h) OVER last_day AS rising
FROM {{ ref('carrier_recent') }}
WINDOW last_day AS {{ trailing('1 day', of='carrier', at='landed_at') }}
