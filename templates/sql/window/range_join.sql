{#- The yardstick: every row of the longest window beside every spine row, then aggregated by age. Runs everything. -#}
{%- macro within(slot) -%}
{%- set conditions = [] -%}
{%- if slot.span.start is not none and slot.span.start != reach -%}
  {%- set _ = conditions.append("__fc_age < " ~ (slot.span.start | duration)) -%}
{%- endif -%}
{%- if slot.span.end -%}
  {%- set _ = conditions.append("__fc_age >= " ~ (slot.span.end | duration)) -%}
{%- endif -%}
{%- if slot.place -%}
  {%- set _ = conditions.append(slot.place ~ " IS NOT NULL") -%}
{%- endif -%}
{{ " FILTER (WHERE " ~ (conditions | join(" AND ")) ~ ")" if conditions }}
{%- endmacro -%}
SELECT
  __fc_row
{%- for slot in slots %},
  {% if slot.kind == "list" -%}
  (array_agg({{ slot.value }} ORDER BY {{ slot.place }} DESC){{ within(slot) }})[1:{{ slot.n }}]
  {%- else -%}
  {{ slot.aggregate }}{{ within(slot) }}
  {%- endif %} AS {{ slot.name }}
{%- endfor %}
FROM (
  SELECT
    __fc_spine.__fc_row,
    {{ time }} - event.__fc_event AS __fc_age
{%- for value in values %},
    event.{{ value }}
{%- endfor %}
  FROM __fc_spine
  JOIN {{ events }} AS event
    ON {% for key in keys %}event.{{ key.column }} = __fc_spine.{{ key.spine }} AND {% endfor -%}
    event.__fc_at <= {{ time }}
{%- if reach is not none %}
    AND event.__fc_event > {{ time }} - {{ reach | duration }}
{%- endif %}
{%- if row_key %}
    AND (event.__fc_until IS NULL OR event.__fc_until > {{ time }})
{%- endif %}
) AS pair
GROUP BY __fc_row
