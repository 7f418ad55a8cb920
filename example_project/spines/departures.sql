/*---
description: >-
  Every flight that arrived, asked about two hours before its scheduled departure: will it be late?
  Flights that were cancelled or diverted have no arrival, so they are not asked about.
owner: ops-analytics@example.com
entities: [plane, carrier, route, flight_number]
timestamp: asked_at
labels: [late]
---*/
SELECT carrier,
       flight,
       tailnum,
       origin,
       dest,
       scheduled_departure - INTERVAL '{{ var('notice') }}' AS asked_at,
       scheduled_departure,
       extract(hour FROM scheduled_departure AT TIME ZONE 'America/New_York') AS hour_of_day,
       distance,
       {{ late('arr_delay') }} AS late
FROM {{ source('nyc', 'flights') }}
