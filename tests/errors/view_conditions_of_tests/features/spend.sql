/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)", tests: [{not_null: {where: statsu = 'paid'}}]}
tests:
  - sql: amount > 0 AND amount < avg(amount)
  - {sql: amount > (SELECT 1), name: smaller}
  - sql: amount + 1
  - sql: amount > 0) OR (1 = 1
  - sql: amount >
  - {sql: "amount > {{ var('least') }}"}
  - {sql: greatest(amount, 0) > 1}
  - {sql: read_text('/etc/passwd') IS NULL, name: reads}
---*/
SELECT user_id, created_at, amount, status
FROM {{ source('shop', 'orders') }}
