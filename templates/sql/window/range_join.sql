{#- The yardstick: every row of the window beside every spine row, then aggregated. Runs everything. -#}
{%- macro within(slot) -%}
{%- set conditions = [] -%}
{%- if slot.span.start is not none and slot.span.start != reach -%}
  {%- set _ = conditions.append("event.__fc_event > " ~ time ~ " - " ~ (slot.span.start | interval)) -%}
{%- endif -%}
{%- if slot.span.end -%}
  {%- set _ = conditions.append("event.__fc_event <= " ~ time ~ " - " ~ (slot.span.end | interval)) -%}
{%- endif -%}
{%- if slot.place -%}
  {%- set _ = conditions.append("event." ~ slot.place ~ " IS NOT NULL") -%}
{%- endif -%}
{{ " FILTER (WHERE " ~ (conditions | join(" AND ")) ~ ")" if conditions }}
{%- endmacro -%}
SELECT
  __fc_spine.__fc_row
{%- for slot in slots %},
  {% if slot.kind == "list" -%}
  (array_agg(event.{{ slot.value }} ORDER BY event.{{ slot.place }} DESC){{ within(slot) }})[1:{{ slot.n }}]
  {%- else -%}
  {{ slot.aggregate("event.") }}{{ within(slot) }}
  {%- endif %} AS {{ slot.name }}
{%- endfor %}
FROM __fc_spine
JOIN {{ events }} AS event
  ON {% for key in keys %}event.{{ key.column }} = __fc_spine.{{ key.spine }} AND {% endfor -%}
  event.__fc_at <= {{ time }}
{%- if reach is not none %}
  AND event.__fc_event > {{ time }} - {{ reach | interval }}
{%- endif %}
{%- if row_key %}
  AND (event.__fc_until IS NULL OR event.__fc_until > {{ time }})
{%- endif %}
GROUP BY __fc_spine.__fc_row
