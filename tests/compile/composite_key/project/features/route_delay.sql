/*---
entities: [route]
timestamp: landed_at
ttl: 1d
features:
  delay: {type: double}
---*/
SELECT origin, dest, landed_at, delay FROM flights
