/*---
description: >-
  How busy and how late an airport is, stamped at each movement: departures count at their origin when they leave,
  arrivals at their destination when they land. A service reads it twice, for both ends of a flight.
owner: ops-analytics@example.com
tags: [airport]
entities: [airport]
timestamp: moved_at
ttl: 12h
features:
  movements_1h: {type: bigint, description: departures and arrivals in the hour up to the movement, unit: flights}
  delay_1h: {type: double, description: their mean delay, unit: minutes}
  delay_3h: {type: double, description: mean delay of the movements in the last three hours, unit: minutes}
---*/
WITH movements AS (
  SELECT origin AS airport, departed_at AS moved_at, dep_delay AS delay
  FROM {{ source('nyc', 'departures') }}
  UNION ALL
  SELECT dest AS airport, landed_at AS moved_at, arr_delay AS delay
  FROM {{ source('nyc', 'flights') }}
)
SELECT airport,
       moved_at,
       count(*) OVER last_1h AS movements_1h,
       avg(delay) OVER last_1h AS delay_1h,
       avg(delay) OVER last_3h AS delay_3h
FROM movements
WINDOW last_1h AS {{ trailing('1 hour', of='airport', at='moved_at') }},
       last_3h AS {{ trailing('3 hours', of='airport', at='moved_at') }}
