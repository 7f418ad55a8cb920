{#- How many rows of a relation there are, when the newest became known, and how many did before two instants; in one statement, so
    that all is said of the same rows. The newest is looked for where it was last: an index, or the order of files, leads there.
    Beside each number there is a sum of what the times are mixed to, which has no order: other times have another sum. -#}
{% from "build/dated.sql" import is_dated -%}
{% if time -%}
{% set mixed -%}
{% if dialect.name == "postgres" %}timestamp_hash(arrived_at AT TIME ZONE 'UTC'){% else %}(epoch_us(arrived_at) % 2147483629) * (epoch_us(arrived_at) % 1073741789){% endif %}
{%- endset -%}
{% macro added(condition) %}coalesce(sum({{ mixed }}) FILTER (WHERE {{ condition }}), 0){% endmacro -%}
{% set settled_at = "(SELECT settled_at FROM ends)" -%}
WITH arrived AS NOT MATERIALIZED (
  SELECT CAST({{ time }} AS TIMESTAMP WITH TIME ZONE) AS arrived_at
  FROM {{ relation }} AS arriving
), ends AS (
  SELECT
    max(arrived_at) AS newest,
    CASE WHEN count(*) > 0 THEN least(max(arrived_at), {{ asked.until | literal }}) - {{ asked.lateness | interval }} END AS settled_at
  FROM arrived
  WHERE {% if asked.since is not none %}arrived_at >= {{ asked.since | literal }} AND {% endif %}{{ is_dated("arrived_at") }}
)
SELECT
  count(arrived_at) AS row_count,
  count(*) - count(arrived_at) AS undated_count,
{%- if asked.since is none %}
  0 AS before_count,
  '0' AS before_sum,
  0 AS standing_count,
  CAST({{ added("arrived_at < " ~ settled_at) }} AS VARCHAR) AS settled_sum,
{%- else %}
{%- set before = asked.since | literal %}
  count(*) FILTER (WHERE arrived_at < {{ before }}) AS before_count,
  CAST({{ added("arrived_at < " ~ before) }} AS VARCHAR) AS before_sum,
  count(*) FILTER (WHERE arrived_at = {{ before }}) AS standing_count,
  CAST(
    {{ added("arrived_at < " ~ before) }}
    + {{ added("arrived_at >= " ~ before ~ " AND arrived_at < " ~ settled_at) }}
    - {{ added("arrived_at < " ~ before ~ " AND arrived_at >= " ~ settled_at) }} AS VARCHAR
  ) AS settled_sum,
{%- endif %}
  count(*) FILTER (WHERE arrived_at < {{ settled_at }}) AS settled_count,
  CAST((SELECT newest FROM ends) AS VARCHAR) AS newest,
  CAST({{ settled_at }} AS VARCHAR) AS settled_at
FROM arrived
{%- else -%}
SELECT
  count(*) AS row_count,
  0 AS undated_count,
  0 AS before_count,
  '0' AS before_sum,
  0 AS standing_count,
  '0' AS settled_sum,
  0 AS settled_count,
  CAST(NULL AS VARCHAR) AS newest,
  CAST(NULL AS VARCHAR) AS settled_at
FROM {{ relation }} AS arriving
{%- endif %}
