/*---
entities: [user]
timestamp: created_at
available_at: loaded_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT user_id, created_at, loaded_at, amount FROM shop.orders
