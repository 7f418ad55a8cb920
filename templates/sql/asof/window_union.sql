{#- Both sides in one stream by time: each view row opens a group, and the spine rows of the group read its first row.
    At equal times the view row comes first, unless the lookup is strict. -#}
{% macro pick(lookup) -%}
SELECT
  __fc_row,
  {%- for column in lookup.columns %}
  first_value({{ column }}) OVER (PARTITION BY {{ (lookup.key_columns + ["__fc_group"]) | join(", ") }} ORDER BY __fc_time, __fc_side) AS {{ column }},
  {%- endfor %}
  first_value(__fc_event) OVER (PARTITION BY {{ (lookup.key_columns + ["__fc_group"]) | join(", ") }} ORDER BY __fc_time, __fc_side) AS __fc_event
FROM (
  SELECT
    *,
    sum(CASE WHEN __fc_row IS NULL THEN 1 ELSE 0 END) OVER (
      {% if lookup.key_columns %}PARTITION BY {{ lookup.key_columns | join(", ") }} {% endif -%}
      ORDER BY __fc_time, __fc_side ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS __fc_group
  FROM (
    SELECT
      CAST(NULL AS BIGINT) AS __fc_row,
      {%- for key in lookup.keys %}
      {{ key.view }} AS {{ key.column }},
      {%- endfor %}
      __fc_at AS __fc_time,
      {{ 1 if lookup.strict else 0 }} AS __fc_side,
      {%- for column in lookup.columns %}
      {{ column }},
      {%- endfor %}
      __fc_event
    FROM {{ lookup.thinned }} AS candidate
    UNION ALL
    SELECT
      __fc_row,
      {%- for key in lookup.keys %}
      {{ key.spine }},
      {%- endfor %}
      __fc_time,
      {{ 0 if lookup.strict else 1 }},
      {%- for column in lookup.columns %}
      NULL,
      {%- endfor %}
      NULL
    FROM __fc_spine
    WHERE {% for key in lookup.keys %}{{ key.spine }} IS NOT NULL AND {% endfor %}__fc_time IS NOT NULL
  ) AS stream
) AS grouped
{%- endmacro %}
{% macro join(lookup) -%}
LEFT JOIN {{ lookup.picked }} AS {{ lookup.alias }} ON {{ lookup.alias }}.__fc_row = __fc_spine.__fc_row
{%- endmacro %}
