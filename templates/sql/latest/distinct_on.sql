{#- The first row of each entity in descending rank. -#}
SELECT DISTINCT ON ({{ keys | join(", ") }})
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  __fc_event,
  __fc_created
FROM {{ relation }}
WHERE __fc_at <= {{ as_of }}{% for key in keys %} AND {{ key }} IS NOT NULL{% endfor %}
ORDER BY {{ keys | join(", ") }}, {{ rank_descending }}
