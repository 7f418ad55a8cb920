{#- The spine with a row number, which makes each row its own, and the instant asked for. -#}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  row_number() OVER ({{ row_order }}) AS __fc_row,
  {{ time }} AS __fc_time
FROM {{ relation }}
