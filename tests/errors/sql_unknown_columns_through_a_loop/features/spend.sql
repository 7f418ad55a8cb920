/*---
entities: [user]
timestamp: created_at
features:
  amount: {type: "decimal(18,2)"}
---*/
SELECT
  user_id,
  created_at,
{% for column in ['amount', 'amuont'] %}
  {{ column }} AS {{ 'amount' if loop.first else 'other' }}{{ ',' if not loop.last }}
{% endfor %}
FROM {{ source('shop', 'orders') }}
