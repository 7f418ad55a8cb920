{#- One pass without a sort; only where the event time alone ranks the rows. -#}
SELECT
{%- for key in keys %}
  {{ key }},
{%- endfor %}
{%- for column in features %}
  arg_max_null({{ column }}, __fc_event) AS {{ column }},
{%- endfor %}
  max(__fc_event) AS __fc_event,
  arg_max_null(__fc_created, __fc_event) AS __fc_created
FROM {{ relation }}
WHERE __fc_at <= {{ as_of }}{% for key in keys %} AND {{ key }} IS NOT NULL{% endfor %}
GROUP BY {{ keys | join(", ") }}
