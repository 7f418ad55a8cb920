/*---
entities: [route]
timestamp: landed_at
features:
  mean_delay: {type: double}
---*/
WITH recent AS (
  SELECT *, count(*) OVER w AS n, avg(delay) OVER w AS mean_delay
  FROM {{ ref('flights_seen') }}
  WINDOW w AS (PARTITION BY origin, dest ORDER BY landed_at RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW)
)
SELECT origin, dest, landed_at, mean_delay FROM recent WHERE n >= 3
