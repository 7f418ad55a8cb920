{#- How many rows of a relation there are, when the newest became known, and how many did before two instants; in one statement, so
    that all is said of the same rows. The newest is looked for where it was last: an index, or the order of files, leads there. -#}
{% from "build/dated.sql" import is_dated -%}
{% if time -%}
WITH arrived AS NOT MATERIALIZED (
  SELECT CAST({{ time }} AS TIMESTAMP WITH TIME ZONE) AS arrived_at
  FROM {{ relation }} AS arriving
), ends AS (
  SELECT
    max(arrived_at) AS newest,
    CASE WHEN count(*) > 0 THEN least(max(arrived_at), {{ plan.settled | literal }}) - {{ plan.lateness | interval }} END AS settled_at
  FROM arrived
  WHERE {% if plan.before is not none %}arrived_at >= {{ plan.before | literal }} AND {% endif %}{{ is_dated("arrived_at") }}
)
SELECT
  count(arrived_at) AS row_count,
  {% if plan.before is none %}0{% else %}count(*) FILTER (WHERE arrived_at < {{ plan.before | literal }}){% endif %} AS before_count,
  count(*) FILTER (WHERE arrived_at < (SELECT settled_at FROM ends)) AS settled_count,
  CAST((SELECT newest FROM ends) AS VARCHAR) AS newest,
  CAST((SELECT settled_at FROM ends) AS VARCHAR) AS settled_at
FROM arrived
{%- else -%}
SELECT
  count(*) AS row_count,
  0 AS before_count,
  0 AS settled_count,
  CAST(NULL AS VARCHAR) AS newest,
  CAST(NULL AS VARCHAR) AS settled_at
FROM {{ relation }} AS arriving
{%- endif %}
