{#- The common table expressions before a SELECT. -#}
{%- if ctes -%}
WITH
{%- for cte in ctes %}
{{ cte.name }} AS {{ "MATERIALIZED " if cte.materialized }}(
{{ cte.body | inset }}
){{ "," if not loop.last }}
{%- endfor %}
{%- endif %}
