{% macro cents(column) %}
{{ column }} * {{ factor }}
{% endmacro %}
