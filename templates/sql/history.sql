{#- All rows of one entity, highest rank first. -#}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  __fc_event,
  __fc_created,
  __fc_available,
  __fc_at
FROM {{ relation }}
{%- if conditions %}
WHERE {{ conditions | join(" AND ") }}
{%- endif %}
ORDER BY {{ rank_descending }}
