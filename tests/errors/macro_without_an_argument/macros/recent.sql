{% macro recent(column, days) -%}
{{ column }} >= created_at - INTERVAL {{ days }} DAY
{%- endmacro %}
