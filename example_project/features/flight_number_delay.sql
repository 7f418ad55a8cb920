/*---
description: How the last runs of a flight number arrived, stamped at each landing.
owner: network@example.com
tags: [route]
entities: [flight_number]
timestamp: landed_at
ttl: 30d
features:
  late_share_10: {type: double, description: the share of its last ten runs that was late, unit: share}
  arr_delay_10: {type: double, description: mean arrival delay of its last ten runs, unit: minutes}
---*/
SELECT carrier,
       flight,
       landed_at,
       avg({{ late('arr_delay') }}) OVER last_ten AS late_share_10,
       avg(arr_delay) OVER last_ten AS arr_delay_10
FROM {{ source('nyc', 'flights') }}
WINDOW last_ten AS (PARTITION BY carrier, flight ORDER BY landed_at, scheduled_departure, origin
                    ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
