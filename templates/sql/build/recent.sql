{#- How many rows of a relation became known from an instant on, and when the newest did. -#}
{% from "build/dated.sql" import is_dated -%}
SELECT count(*) AS row_count, CAST(max(arrived_at) FILTER (WHERE {{ is_dated("arrived_at") }}) AS VARCHAR) AS newest
FROM (
  SELECT {{ time }} AS arrived_at
  FROM {{ relation }} AS arriving
) AS arrived
WHERE arrived_at >= {{ asked.since | literal }}
