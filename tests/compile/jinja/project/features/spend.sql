/*---
entities: [user]
timestamp: created_at
features:
  euros: {type: double}
  paid: {type: boolean}
  shipped: {type: boolean}
---*/
SELECT
  user_id,
  created_at,
  CAST({{ euros('amount', var('rate')) }} AS DOUBLE) AS euros
  {%- for status in var('statuses') %},
  status = '{{ status }}' AS {{ status }}
  {%- endfor %}
FROM {{ source('shop', 'orders') }}
