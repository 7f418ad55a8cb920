{#- The last values of each window, newest first, from the number of its last row backwards. -#}
SELECT picked.__fc_row, array_agg(event.{{ value }} ORDER BY event.{{ place }} DESC) AS __fc_list
FROM {{ picked }} AS picked
JOIN __fc_spine ON __fc_spine.__fc_row = picked.__fc_row
CROSS JOIN generate_series(0, {{ n - 1 }}) AS back(n)
JOIN {{ events }} AS event
  ON {% for key in keys %}event.{{ key.column }} = __fc_spine.{{ key.spine }} AND {% endfor -%}
  event.{{ place }} = picked.{{ last }} - back.n
WHERE back.n < picked.{{ count }}
GROUP BY picked.__fc_row
