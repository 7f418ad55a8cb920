{#-
  Rows summed up in tiles of time that divide every window. A window is the whole tiles in it and the rows at its two ragged
  ends, which are in the tiles that it cuts. Nothing is subtracted, so that doubles keep their digits.
-#}
{%- macro merged(slot) -%}
{%- if slot.kind == "count" -%}
coalesce(whole.{{ slot.name }}, 0) + coalesce(ragged.{{ slot.name }}, 0)
{%- elif slot.kind == "sum" -%}
coalesce(whole.{{ slot.name }} + ragged.{{ slot.name }}, whole.{{ slot.name }}, ragged.{{ slot.name }})
{%- else -%}
{{ "least" if slot.kind == "min" else "greatest" }}(whole.{{ slot.name }}, ragged.{{ slot.name }})
{%- endif -%}
{%- endmacro -%}
SELECT
  __fc_spine.__fc_row
{%- for slot in slots %},
  {{ merged(slot) }} AS {{ slot.name }}
{%- endfor %}
FROM __fc_spine
LEFT JOIN (
  SELECT
    {{ key_columns | join(", ") }},
    __fc_tile
{%- for slot in slots %},
    {{ "sum" if slot.kind == "count" else slot.kind }}({{ slot.tiled }}) OVER {{ slot.span.name }} AS {{ slot.name }}
{%- endfor %}
  FROM (
    SELECT
      {{ key_columns | join(", ") }},
      __fc_tile
      {%- for part in parts %},
      {{ part.name }}
      {%- endfor %}
    FROM {{ tiles }}
    UNION ALL
    SELECT
      asked.*
      {%- for part in parts %},
      NULL
      {%- endfor %}
    FROM (
      SELECT DISTINCT {% for key in keys %}{{ key.spine }} AS {{ key.column }}, {% endfor %}{{ tile_of(latest) }} AS __fc_tile
      FROM __fc_spine
      WHERE {{ time }} IS NOT NULL
    ) AS asked
    WHERE NOT EXISTS (
      SELECT 1
      FROM {{ tiles }} AS tile
      WHERE {% for column in key_columns %}tile.{{ column }} = asked.{{ column }} AND {% endfor %}tile.__fc_tile = asked.__fc_tile
    )
  ) AS grid
  WINDOW
{%- for span in spans %}
    {{ span.name }} AS (
      PARTITION BY {{ key_columns | join(", ") }}
      ORDER BY __fc_tile
      RANGE BETWEEN {% if span.start is none %}UNBOUNDED{% else %}CAST({{ span.start - span.end - tile }} AS BIGINT){% endif %} PRECEDING
      AND CAST({{ tile }} AS BIGINT) PRECEDING
    ){{ "," if not loop.last }}
{%- endfor %}
) AS whole
  ON {% for key in keys %}whole.{{ key.column }} = __fc_spine.{{ key.spine }} AND {% endfor %}whole.__fc_tile = {{ tile_of(latest) }}
LEFT JOIN (
  SELECT
    cut.__fc_row AS __fc_cut
{%- for slot in slots %},
    {{ slot.kind }}(event.{{ slot.value }}) FILTER (WHERE cut.__fc_end IN (0{{ ", %d" % slot.span.number if slot.span.start is not none }})) AS {{ slot.name }}
{%- endfor %}
  FROM (
    SELECT
      __fc_row,
      0 AS __fc_end,
      {%- for key in keys %}
      {{ key.spine }} AS {{ key.column }},
      {%- endfor %}
      {{ tile_of(latest) }} AS __fc_tile,
      {{ beginning }} AS __fc_after,
      {{ latest }} AS __fc_until
    FROM __fc_spine
{%- for span in spans if span.start is not none %}
    UNION ALL
    SELECT
      __fc_row,
      {{ span.number }},
      {%- for key in keys %}
      {{ key.spine }},
      {%- endfor %}
      {{ tile_of(latest) }} - {{ span.start - span.end }},
      {{ time }} - {{ span.start | duration }},
      {{ ending }}
    FROM __fc_spine
{%- endfor %}
  ) AS cut
  JOIN {{ events }} AS event
    ON {% for column in key_columns %}event.{{ column }} = cut.{{ column }} AND {% endfor -%}
    event.__fc_tile = cut.__fc_tile AND event.__fc_event > cut.__fc_after AND event.__fc_event <= cut.__fc_until
  GROUP BY cut.__fc_row
) AS ragged ON ragged.__fc_cut = __fc_spine.__fc_row
