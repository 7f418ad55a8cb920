{#- One index probe per spine row: the index on (keys, __fc_at) ends the search at the first row where rank rises with a. -#}
{% macro pick(lookup) %}{% endmacro %}
{% macro join(lookup) -%}
LEFT JOIN LATERAL (
  SELECT {{ (lookup.columns + ["__fc_event"]) | join(", ") }}
  FROM {{ lookup.rows }} AS candidate
  WHERE {% for key in lookup.keys %}candidate.{{ key.view }} = __fc_spine.{{ key.spine }} AND {% endfor -%}
  candidate.__fc_at {{ "<" if lookup.strict else "<=" }} __fc_spine.__fc_time
  ORDER BY {{ "candidate.__fc_at DESC" if lookup.thin else lookup.rank_descending }}
  LIMIT 1
) AS {{ lookup.alias }} ON TRUE
{%- endmacro %}
