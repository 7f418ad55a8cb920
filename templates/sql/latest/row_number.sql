{#- The yardstick: rows numbered by rank, the first of each entity kept. Runs anywhere. -#}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  __fc_event,
  __fc_created
FROM (
  SELECT *, row_number() OVER (PARTITION BY {{ keys | join(", ") }} ORDER BY {{ rank_descending }}) AS __fc_place
  FROM {{ relation }}
  WHERE __fc_at <= {{ as_of }}{% for key in keys %} AND {{ key }} IS NOT NULL{% endfor %}
) AS ranked
WHERE __fc_place = 1
