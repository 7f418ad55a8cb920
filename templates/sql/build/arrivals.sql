{#- How many rows of a relation there are, when the newest became known, and how many did before two instants; in one statement, so
    that all is said of the same rows. The newest is looked for where it was last: an index, or the order of files, leads there.
    Beside each number there is a sum of what the times are mixed to, which has no order: other times have another sum.
    DuckDB goes through the rows in parts, of which it finds the ends without reading; what `FILTER` decides for each row costs
    it as much as the sums. PostgreSQL, which may have no index, goes through them once. -#}
{% from "build/dated.sql" import is_dated -%}
{% if time -%}
{% set mixed -%}
{% if dialect.name == "postgres" %}timestamp_hash(arrived_at AT TIME ZONE 'UTC'){% else %}(epoch_us(arrived_at) % 2147483629) * xor(epoch_us(arrived_at) % 2147483629, 1431655765){% endif %}
{%- endset -%}
{% macro added(condition) %}coalesce(sum({{ mixed }}) FILTER (WHERE {{ condition }}), 0){% endmacro -%}
{% set settled_at = "(SELECT settled_at FROM ends)" -%}
{% set before = asked.since | literal if asked.since is not none else none -%}
{% set in_parts = dialect.name == "duckdb" and before -%}
WITH arrived AS NOT MATERIALIZED (
  SELECT CAST({{ time }} AS TIMESTAMP WITH TIME ZONE) AS arrived_at
  FROM {{ relation }} AS arriving
), ends AS (
  SELECT
    max(arrived_at) AS newest,
    CASE WHEN count(*) > 0 THEN least(max(arrived_at), {{ asked.until | literal }}) - {{ asked.lateness | interval }} END AS settled_at
  FROM arrived
  WHERE {% if before %}arrived_at >= {{ before }} AND {% endif %}{{ is_dated("arrived_at") }}
)
{%- if in_parts %}, earlier AS (
  SELECT count(*) AS rows, coalesce(sum({{ mixed }}), 0) AS mixed
  FROM arrived
  WHERE arrived_at < {{ before }}
), unsettled_again AS (
  SELECT count(*) AS rows, coalesce(sum({{ mixed }}), 0) AS mixed
  FROM arrived
  WHERE arrived_at < {{ before }} AND arrived_at >= {{ settled_at }}
), later AS (
  SELECT
    count(arrived_at) AS dated,
    count(*) - count(arrived_at) AS undated,
    count(*) FILTER (WHERE arrived_at = {{ before }}) AS standing,
    count(*) FILTER (WHERE arrived_at < {{ settled_at }}) AS settled,
    {{ added("arrived_at < " ~ settled_at) }} AS mixed,
    coalesce(sum({{ mixed }}), 0) AS all_mixed
  FROM arrived
  WHERE arrived_at >= {{ before }} OR arrived_at IS NULL
)
SELECT
  earlier.rows + dated AS row_count,
  CAST(earlier.mixed + all_mixed AS VARCHAR) AS row_sum,
  undated AS undated_count,
  earlier.rows AS before_count,
  CAST(earlier.mixed AS VARCHAR) AS before_sum,
  standing AS standing_count,
  CASE WHEN {{ settled_at }} IS NULL THEN 0 ELSE earlier.rows - unsettled_again.rows + settled END AS settled_count,
  CAST(CASE WHEN {{ settled_at }} IS NULL THEN 0 ELSE earlier.mixed - unsettled_again.mixed + later.mixed END AS VARCHAR) AS settled_sum,
  CAST((SELECT newest FROM ends) AS VARCHAR) AS newest,
  CAST({{ settled_at }} AS VARCHAR) AS settled_at
FROM earlier, unsettled_again, later
{%- else %}
{%- set all_mixed %}
{%- if before %}{{ added("arrived_at < " ~ before) }} + {{ added("arrived_at >= " ~ before) }}{% else %}coalesce(sum({{ mixed }}), 0){% endif %}
{%- endset %}
SELECT
  count(arrived_at) AS row_count,
  CAST({{ all_mixed }} AS VARCHAR) AS row_sum,
  count(*) - count(arrived_at) AS undated_count,
{%- if not before %}
  0 AS before_count,
  '0' AS before_sum,
  0 AS standing_count,
{%- else %}
  count(*) FILTER (WHERE arrived_at < {{ before }}) AS before_count,
  CAST({{ added("arrived_at < " ~ before) }} AS VARCHAR) AS before_sum,
  count(*) FILTER (WHERE arrived_at = {{ before }}) AS standing_count,
{%- endif %}
  count(*) FILTER (WHERE arrived_at < {{ settled_at }}) AS settled_count,
  CAST(
    CASE WHEN {{ settled_at }} IS NULL THEN 0 ELSE {{ all_mixed }} - {{ added("arrived_at >= " ~ settled_at) }} END AS VARCHAR
  ) AS settled_sum,
  CAST((SELECT newest FROM ends) AS VARCHAR) AS newest,
  CAST({{ settled_at }} AS VARCHAR) AS settled_at
FROM arrived
{%- endif %}
{%- else -%}
SELECT
  count(*) AS row_count,
  '0' AS row_sum,
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
