/*---
entities: [user]
timestamp: ts
features:
  select: {type: bigint}
  Order: {type: double}
  with space: {type: varchar}
  été: {type: bigint}
  'a"b': {type: bigint}
  percent%: {type: bigint}
  rn: {type: bigint}
---*/
SELECT user_id, ts, "select", "Order", "with space", "été", "a""b", "percent%", rn FROM {{ source('raw', 'v') }}
