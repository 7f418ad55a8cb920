{#- How many rows of a relation have become known, how many of them before an instant, and when the newest did. -#}
{% if time -%}
SELECT
  count(arrived_at) AS row_count,
  {% if before is none %}0{% else %}count(*) FILTER (WHERE arrived_at < {{ before | literal }}){% endif %} AS before_count,
  CASE WHEN isfinite(max(arrived_at)) THEN CAST(max(arrived_at) AS VARCHAR) END AS newest
FROM (
  SELECT {{ time }} AS arrived_at
  FROM {{ relation }} AS arriving
) AS arrived
{%- else -%}
SELECT count(*) AS row_count, 0 AS before_count, CAST(NULL AS VARCHAR) AS newest
FROM {{ relation }} AS arriving
{%- endif %}
