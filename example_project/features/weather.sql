/*---
description: >-
  The weather at an airport of New York. A reading carries the hour in which it was taken, so it is certain to be known
  only when that hour is over: hence the delay.
owner: ops-analytics@example.com
tags: [airport]
entities: [airport]
timestamp: hour_start
delay: 1h
ttl: 6h
features:
  temp: {type: double, description: temperature, unit: degrees Fahrenheit}
  humid: {type: double, description: relative humidity, unit: percent, tests: [{range: {min: 0, max: 100}}]}
  wind_speed: {type: double, description: wind speed, unit: miles per hour}
  precip: {type: double, description: precipitation in the hour, unit: inches}
  pressure: {type: double, description: pressure at sea level, unit: millibars}
  visib: {type: double, description: visibility, unit: miles}
tests:
  - unique: [airport, hour_start]
---*/
SELECT airport,
       hour_start,
       temp,
       humid,
       wind_speed,
       precip,
       pressure,
       visib
FROM {{ source('nyc', 'weather') }}
