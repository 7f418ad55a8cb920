{% macro euros(column, rate=1) -%}
round({{ column }} * {{ rate }}, 2)
{%- endmacro %}
