{#- Rows and spine in one stream by time: each spine row reads the frame of time before it. -#}
SELECT *
FROM (
  SELECT
    __fc_row
{%- for slot in slots %},
    {{ slot.aggregate }} OVER {{ slot.span.name }} AS {{ slot.name }}
{%- endfor %}
  FROM (
    SELECT
      CAST(NULL AS BIGINT) AS __fc_row,
      {{ key_columns | join(", ") }},
      __fc_event AS __fc_time
      {%- for value in values %},
      {{ value }}
      {%- endfor %}
    FROM {{ events }}
    UNION ALL
    SELECT
      __fc_row,
      {{ keys | map(attribute="spine") | join(", ") }},
      {{ time }}
      {%- for value in values %},
      NULL
      {%- endfor %}
    FROM __fc_spine
    WHERE {{ time }} IS NOT NULL
  ) AS stream
  WINDOW
{%- for span in spans %}
    {{ span.name }} AS (
      PARTITION BY {{ key_columns | join(", ") }}
      ORDER BY __fc_time
      RANGE BETWEEN {{ "UNBOUNDED" if span.start is none else (span.start - 1) | duration }} PRECEDING
      AND {{ (span.end | duration) ~ " PRECEDING" if span.end else "CURRENT ROW" }}
    ){{ "," if not loop.last }}
{%- endfor %}
) AS framed
WHERE __fc_row IS NOT NULL
