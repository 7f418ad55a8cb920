{#- Whether keys and event time name a row, whether within every key the time of use rises with the event time, and how much there is. -#}
{% from "build/dated.sql" import is_dated -%}
{% from "build/within.sql" import within with context -%}
SELECT
  count(*) AS row_count,
  count(*) FILTER (WHERE is_new) AS entities,
  CAST(coalesce({{ dialect.epoch.format(x="max(__fc_event)") }} - {{ dialect.epoch.format(x="min(__fc_event)") }}, 0) AS BIGINT) AS duration,
  CAST(max(__fc_event) AS VARCHAR) AS last_event,
{%- for column in aggregated %}
  count({{ column | ident }}) = count(*) AS {{ ("full_%d" % loop.index) | ident }},
{%- endfor %}
  coalesce(bool_and(is_first), true) AS is_unique,
  coalesce(bool_and(is_later), true) AS is_ordered
FROM (
  SELECT
    CASE WHEN {{ is_dated("__fc_event") }} THEN __fc_event END AS __fc_event,
{%- for column in aggregated %}
    {{ column | ident }},
{%- endfor %}
    lag(__fc_event) OVER entity IS NULL AS is_new,
    __fc_event IS DISTINCT FROM lag(__fc_event) OVER entity AS is_first,
    coalesce(__fc_at > lag(__fc_at) OVER entity, true) AS is_later
  FROM {{ table | ident }}
{%- if slice is defined %}
  WHERE {{ within(slice) }}
{%- endif %}
  WINDOW entity AS ({% if keys %}PARTITION BY {% for key in keys %}{{ key | ident }}{{ ", " if not loop.last }}{% endfor %} {% endif %}ORDER BY __fc_event, __fc_at)
) AS built
