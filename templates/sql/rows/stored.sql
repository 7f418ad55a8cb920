{#- The author's columns of a view, as `ref` shows them. -#}
SELECT
{%- for column in columns %}
  {{ column }}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ relation }}
{%- if limit is not none %}
LIMIT {{ limit }}
{%- endif %}
