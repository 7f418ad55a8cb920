{#-
  Running totals of each entity, looked up at the ends of every window: what lies between is their difference.
  Exact for counts, integers and decimals, and nothing else.
-#}
{%- macro total(name, probe) -%}
max({{ name }}) FILTER (WHERE __fc_probe = {{ probe }})
{%- endmacro -%}
{%- macro count(slot) -%}
coalesce({{ total(slot.counted, slot.ends) }}, 0){{ " - coalesce(" ~ total(slot.counted, slot.begins) ~ ", 0)" if slot.begins is not none }}
{%- endmacro -%}
SELECT
  __fc_row
{%- for slot in slots %},
  {% if slot.kind == "sum" -%}
  CASE WHEN {{ count(slot) }} > 0
    THEN {{ total(slot.summed, slot.ends) }}{{ " - coalesce(" ~ total(slot.summed, slot.begins) ~ ", 0)" if slot.begins is not none }} END
  {%- elif slot.kind == "first_place" -%}
  CASE WHEN {{ count(slot) }} > 0
    THEN {{ "coalesce(" ~ total(slot.counted, slot.begins) ~ ", 0) + " if slot.begins is not none }}1 END
  {%- elif slot.kind == "last_place" -%}
  CASE WHEN {{ count(slot) }} > 0 THEN {{ total(slot.counted, slot.ends) }} END
  {%- else -%}
  {{ count(slot) }}
  {%- endif %} AS {{ slot.name }}
{%- endfor %}
FROM (
{%- if native %}
  SELECT probe.__fc_row, probe.__fc_probe{% for total in totals %}, total.{{ total.name }}{% endfor %}
  FROM (
{{ inset(inset(probes)) }}
  ) AS probe
  ASOF LEFT JOIN (
    SELECT
      {{ parts | join(", ") }},
      {{ at }} AS __fc_time
    {%- for total in totals %},
      {{ total.function }}({{ total.value }}) OVER running AS {{ total.name }}
    {%- endfor %}
    FROM {{ changes }} AS change
    WINDOW running AS (PARTITION BY {{ parts | join(", ") }} ORDER BY {{ at }} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ) AS total
    ON {% for part in parts %}total.{{ part }} = probe.{{ part }} AND {% endfor %}probe.__fc_time >= total.__fc_time
{%- else %}
  SELECT *
  FROM (
    SELECT
      __fc_row,
      __fc_probe
    {%- for total in totals %},
      {{ total.function }}({{ total.value }}) OVER running AS {{ total.name }}
    {%- endfor %}
    FROM (
      SELECT
        {{ parts | join(", ") }},
        {{ at }} AS __fc_time,
        0 AS __fc_side,
        CAST(NULL AS BIGINT) AS __fc_row,
        CAST(NULL AS INTEGER) AS __fc_probe
      {%- for value in values %},
        {{ value }}
      {%- endfor %}
      FROM {{ changes }} AS change
      UNION ALL
      SELECT
        {{ parts | join(", ") }},
        __fc_time,
        1,
        __fc_row,
        __fc_probe
      {%- for value in values %},
        NULL
      {%- endfor %}
      FROM (
{{ inset(inset(inset(inset(probes)))) }}
      ) AS probe
    ) AS stream
    WINDOW running AS (PARTITION BY {{ parts | join(", ") }} ORDER BY __fc_time, __fc_side ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ) AS totalled
  WHERE __fc_row IS NOT NULL
{%- endif %}
) AS found
GROUP BY __fc_row
