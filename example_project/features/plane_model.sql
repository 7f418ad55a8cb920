/*---
description: >-
  What the registry says of a plane. The table is static, so its rows hold at any time; a row needs a stamp all the
  same, and the constant is older than every question.
owner: fleet@example.com
tags: [plane]
entities: [plane]
timestamp: registered_at
features:
  seats: {type: bigint, description: number of seats, unit: seats}
  engines: {type: bigint, description: number of engines, unit: engines, tests: [{accepted_values: [1, 2, 3, 4]}]}
  built: {type: bigint, description: year in which it was built, unit: year}
  manufacturer: {type: varchar, description: "who built it, as the registry spells it", unit: name}
---*/
SELECT tailnum,
       TIMESTAMPTZ '1970-01-01 00:00:00+00' AS registered_at,
       seats,
       engines,
       built,
       manufacturer
FROM {{ source('nyc', 'planes') }}
