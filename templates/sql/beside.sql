{#- Rows that are a spine of their own, with the windows that end at each of them. -#}
SELECT
{%- for column in columns %}
  __fc_spine.{{ column }},
{%- endfor %}
{%- for output in outputs %}
  {{ output }}{{ "," if not loop.last }}
{%- endfor %}
FROM __fc_spine
{%- for join in joins %}
{{ join }}
{%- endfor %}
