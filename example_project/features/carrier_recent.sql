/*---
description: >-
  A carrier's arrivals, a row for each landing. The SELECT says no more than what a landing is; the windows are counted
  back from the moment of the question, whenever that is.
owner: ops-analytics@example.com
tags: [carrier]
entities: [carrier]
timestamp: landed_at
features:
  arr_delay: {type: bigint, description: how late its last flight arrived (negative is early), unit: minutes, tests: [not_null]}
aggregations:
  - {function: count, windows: [6h, 7d], name: arrivals}
  - {function: count, windows: [6h], name: very_late, filter: arr_delay > 60}
  - {function: avg, column: arr_delay, windows: [6h, 7d]}
  - {function: avg, column: late, windows: [6h, 7d], name: late_share}
---*/
SELECT carrier,
       landed_at,
       arr_delay,
       {{ late('arr_delay') }} AS late
FROM {{ source('nyc', 'flights') }}
