/*---
description: >-
  What a booking page could say of a flight that the schedule does not have yet: what its carrier's last six hours would
  do to its block time. On demand: the request brings the scheduled minutes, and DuckDB computes the rest from a feature.
owner: ops-analytics@example.com
tags: [carrier]
entities: [carrier]
inputs:
  scheduled_minutes: {type: bigint}
features:
  expected_minutes: {type: double, description: "block time, were it as late as the carrier is now", unit: minutes}
  delay_share: {type: double, description: that delay as a share of the block time, unit: share}
---*/
SELECT {{ input('scheduled_minutes') }} + {{ feature('carrier_recent:arr_delay_avg_6h') }} AS expected_minutes,
       {{ feature('carrier_recent:arr_delay_avg_6h') }} / nullif({{ input('scheduled_minutes') }}, 0) AS delay_share
