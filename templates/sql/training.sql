{#- Every spine row once: its columns, then the features. No join below can multiply or drop a row. -#}
SELECT
{%- for column in columns %}
  __fc_spine.{{ column }}{{ "," if outputs or not loop.last }}
{%- endfor %}
{%- for output in outputs %}
  {{ output }}{{ "," if not loop.last }}
{%- endfor %}
FROM __fc_spine
{%- for join in joins %}
{{ join }}
{%- endfor %}
ORDER BY __fc_spine.__fc_row
