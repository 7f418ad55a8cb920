/*---
description: >-
  The plane's most recent flight out of New York that has landed. A flight belongs to its scheduled departure, but its
  delay is known only when it lands: until then the flight before it answers.
owner: fleet@example.com
tags: [plane]
entities: [plane]
timestamp: scheduled_departure
available_at: landed_at
ttl: 7d
features:
  arr_delay: {type: bigint, description: how late it arrived (negative is early), unit: minutes}
  air_time: {type: bigint, description: time it spent in the air, unit: minutes}
---*/
SELECT tailnum,
       scheduled_departure,
       landed_at,
       arr_delay,
       air_time
FROM {{ source('nyc', 'flights') }}
WHERE tailnum IS NOT NULL
