{#- The engine's own as-of join. It takes any row on ties, so it is given thinned rows, which have none. -#}
{% macro pick(lookup) %}{% endmacro %}
{% macro join(lookup) -%}
ASOF LEFT JOIN {{ lookup.thinned }} AS {{ lookup.alias }}
  ON {% for key in lookup.keys %}{{ lookup.alias }}.{{ key.view }} = __fc_spine.{{ key.spine }} AND {% endfor -%}
  __fc_spine.__fc_time {{ ">" if lookup.strict else ">=" }} {{ lookup.alias }}.__fc_at
{%- endmacro %}
