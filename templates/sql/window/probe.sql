{#- An instant of each spine row at which running totals are looked up. -#}
SELECT
  __fc_row,
  {{ number }} AS __fc_probe,
{%- if stream is not none %}
  {{ stream }} AS __fc_stream,
{%- endif %}
{%- for key in keys %}
  {{ key.spine }} AS {{ key.column }},
{%- endfor %}
  {{ time }}{{ " - " ~ (before | interval) if before }} AS __fc_time
FROM __fc_spine
