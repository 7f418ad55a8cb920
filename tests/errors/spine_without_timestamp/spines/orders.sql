/*---
entities: [user]
---*/
SELECT user_id, created_at FROM shop.orders
