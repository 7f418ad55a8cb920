{#- The frame of a window that looks back over `length` and never ahead: rows of the same `of`, ordered by `at`, which
    must be the time at which they became known. Rows of the same instant are known together, so they count together. -#}
{% macro trailing(length, of, at) -%}
(PARTITION BY {{ of }} ORDER BY {{ at }} RANGE BETWEEN INTERVAL '{{ length }}' PRECEDING AND CURRENT ROW)
{%- endmacro %}
