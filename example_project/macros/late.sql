{#- 1 for a flight that arrived late, else 0. Features and label share it, so that they cannot drift apart. -#}
{% macro late(delay) -%}
CASE WHEN {{ delay }} > {{ var('late_minutes') }} THEN 1 ELSE 0 END
{%- endmacro %}
