{#- What each entity has in each tile. -#}
SELECT
  {{ key_columns | join(", ") }},
  __fc_tile
{%- for part in parts %},
  {{ part.kind }}({{ part.value }}) AS {{ part.name }}
{%- endfor %}
FROM {{ events }}
GROUP BY {{ key_columns | join(", ") }}, __fc_tile
