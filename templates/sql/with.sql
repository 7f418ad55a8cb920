{#- The common table expressions before a SELECT. -#}
{%- if ctes -%}
WITH
{%- for cte in ctes %}
{{ cte.name }} AS {{ "MATERIALIZED " if cte.materialized }}(
{{ inset(cte.body) }}
){{ "," if not loop.last }}
{%- endfor %}
{%- endif %}
