{#- The rows of a view as windows read them: keys, times, and a column for each thing that is aggregated. -#}
SELECT
{%- for key in keys %}
  {{ key.view }} AS {{ key.column }},
{%- endfor %}
  {{ "__fc_event" | instant }} AS __fc_event,
  {{ "__fc_at" | instant }} AS __fc_at
{%- if row_key %},
  {{ ("min(__fc_at) OVER (PARTITION BY %s ORDER BY %s ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    % ((keys | map(attribute="view") | list + row_key) | join(", "), rank)) | instant }} AS __fc_until
{%- endif %}
{%- for column in columns %},
  {{ column.expression }} AS {{ column.name }}
{%- endfor %}
FROM {{ relation }}
{#- Comparisons, for DuckDB guesses of isfinite() that few rows pass, and then joins in the wrong order. #}
WHERE
  __fc_event > {{ dialect.timestamptz.format(text="-infinity") }} AND __fc_event < {{ dialect.timestamptz.format(text="infinity") }}
  AND __fc_at > {{ dialect.timestamptz.format(text="-infinity") }} AND __fc_at < {{ dialect.timestamptz.format(text="infinity") }}
{%- for key in keys %}
  AND {{ key.view }} IS NOT NULL
{%- endfor %}
