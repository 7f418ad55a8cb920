{#- The parts of a training set beside its spine, in its order. Every answer has each row once. -#}
SELECT
{%- for column in spine_columns %}
  __fc_spine.{{ column }}{{ "," if outputs or not loop.last }}
{%- endfor %}
{%- for answer, output in outputs %}
  {{ answer }}.{{ output }}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ spine }} AS __fc_spine
{%- for answer in answers %}
JOIN {{ answer }} ON {{ answer }}.__fc_row = __fc_spine.__fc_row
{%- endfor %}
ORDER BY __fc_spine.__fc_row
