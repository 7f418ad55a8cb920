/*---
entities: [user]
timestamp: created_at
created_timestamp: loaded_at
delay: 90min
ttl: 7d
features:
  amount: {type: double}
---*/
SELECT user_id, created_at, loaded_at, amount FROM orders
