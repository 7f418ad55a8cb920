{#- All rows of one entity, highest rank first, and what a condition says of each. -#}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  __fc_event,
  __fc_created,
  __fc_available,
  __fc_at
{%- if condition %},
  CASE WHEN {{ condition }} THEN TRUE ELSE FALSE END AS __fc_kept
{%- endif %}
FROM {{ relation }}
{%- if conditions %}
WHERE {{ conditions | join(" AND ") }}
{%- endif %}
ORDER BY {{ rank_descending }}
