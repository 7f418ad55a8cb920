{#- One row on pushed rows: how many, how many have NULL in a key or event time, how many are too late, and per column a value
    that is not the same any more after it was cast. A double may lose digits to a float. -#}
{%- from "online/pushed_times.sql" import instant -%}
SELECT
  count(*) AS row_count,
  count(*) FILTER (WHERE {% for key in keys %}{{ key.given | ident }} IS NULL OR {% endfor %}{{ event.given | ident }} IS NULL) AS unnamed,
  count(*) FILTER (
    WHERE {{ instant(event, timezone) }} + {{ delay | interval }} > {{ latest | literal }}
{%- if available %} OR {{ instant(available, timezone) }} > {{ latest | literal }}{% endif %}
  ) AS early
{%- for column in columns %},
  CAST(any_value({{ column.given | ident }}) FILTER (
    WHERE {{ column.given | ident }} IS NOT NULL
{%- if column.narrowed %} AND TRY_CAST({{ column.given | ident }} AS {{ column.type | sqltype }}) IS NULL
{%- else %} AND TRY_CAST(TRY_CAST({{ column.given | ident }} AS {{ column.type | sqltype }}) AS {{ column.from | sqltype }}) IS DISTINCT FROM {{ column.given | ident }}
{%- endif %}
  ) AS VARCHAR) AS {{ ("unfit_%d" % loop.index0) | ident }}
{%- endfor %}
FROM {{ relation | ident }} AS pushed
