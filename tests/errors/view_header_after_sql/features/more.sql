SELECT 1;
/*---
entities: [user]
timestamp: created_at
---*/
SELECT user_id, created_at FROM shop.orders
