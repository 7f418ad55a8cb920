{#- The yardstick: all candidates of each spine row, numbered by rank, the first kept. Runs anywhere. -#}
{% macro pick(lookup) -%}
SELECT *
FROM (
  SELECT
    __fc_spine.__fc_row,
    {%- for column in lookup.columns %}
    candidate.{{ column }},
    {%- endfor %}
    candidate.__fc_event,
    row_number() OVER (PARTITION BY __fc_spine.__fc_row ORDER BY {{ lookup.rank_descending }}) AS __fc_place
  FROM __fc_spine
  JOIN {{ lookup.rows }} AS candidate
    ON {% for key in lookup.keys %}candidate.{{ key.view }} = __fc_spine.{{ key.spine }} AND {% endfor -%}
    candidate.__fc_at {{ "<" if lookup.strict else "<=" }} __fc_spine.__fc_time
) AS ranked
WHERE __fc_place = 1
{%- endmacro %}
{% macro join(lookup) -%}
LEFT JOIN {{ lookup.picked }} AS {{ lookup.alias }} ON {{ lookup.alias }}.__fc_row = __fc_spine.__fc_row
{%- endmacro %}
