{#-
  Running totals over one stream by entity and time, in which the ends of every window stand after what happens at the same
  time: what lies between them is the difference of two totals. Exact for counts, integers and decimals, and nothing else.
  Where the engine keeps the order of a subquery, the totals run on from one entity to the next, which takes no partitions;
  then what an entity begins with (`base`) is looked up too.
-#}
{%- macro difference(name, until, from) -%}
coalesce(sum(CASE __fc_probe WHEN {{ until }} THEN {{ name }}{{ " WHEN %d THEN -%s" % (from, name) if from is not none }} END), 0)
{%- endmacro -%}
{%- macro count(slot) -%}
{{ difference(slot.counted, slot.ends, slot.begins) }}
{%- endmacro -%}
SELECT
  __fc_row
{%- for slot in slots %},
  {% if slot.kind == "sum" -%}
  CASE WHEN {{ count(slot) }} > 0 THEN {{ difference(slot.summed, slot.ends, slot.begins) }} END
  {%- elif slot.kind == "first_place" -%}
  CASE WHEN {{ count(slot) }} > 0
    THEN 1{{ " + " ~ difference(slot.counted, slot.begins, slot.base) if slot.begins != slot.base }} END
  {%- elif slot.kind == "last_place" -%}
  CASE WHEN {{ count(slot) }} > 0 THEN {{ difference(slot.counted, slot.ends, slot.base) }} END
  {%- else -%}
  {{ count(slot) }}
  {%- endif %} AS {{ slot.name }}
{%- endfor %}
FROM (
  SELECT
    __fc_row,
    __fc_probe
{%- for total in totals %},
    {{ total.expression }} OVER running AS {{ total.name }}
{%- endfor %}
  FROM (
    SELECT *
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
      FROM {{ changes }}
{%- for probe in probes %}
      UNION ALL
      SELECT
        {{ probe.stream ~ ", " if probe.stream is not none }}{{ keys | map(attribute="spine") | join(", ") }},
        {{ beginning if probe.before is none else time ~ (" - " ~ (probe.before | duration) if probe.before else "") }},
        1,
        __fc_row,
        {{ loop.index0 }}
{%- for value in values %},
        NULL
{%- endfor %}
      FROM __fc_spine
      WHERE {{ time }} IS NOT NULL{% for key in keys %} AND {{ key.spine }} IS NOT NULL{% endfor %}
{%- endfor %}
    ) AS stream
{%- if ordered %}
    ORDER BY {{ parts | join(", ") }}, __fc_time, __fc_side
{%- endif %}
  ) AS stream
  WINDOW running AS (
{%- if not ordered %}
    PARTITION BY {{ parts | join(", ") }}
    ORDER BY __fc_time, __fc_side
{%- endif %}
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
) AS totalled
WHERE __fc_row IS NOT NULL
GROUP BY __fc_row
