/*---
entities: [user]
timestamp: created_at
labels: [returned]
---*/
SELECT user_id, created_at FROM shop.orders
