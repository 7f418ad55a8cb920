{#- How many rows of a relation became known in each stretch of time of one length, from an instant on and before another. -#}
SELECT CASE WHEN isfinite(stretch) THEN CAST({{ dialect.epoch.format(x="stretch") }} AS BIGINT) END AS begin_us, row_count
FROM (
  SELECT
{%- if dialect.name == "postgres" %}
    date_bin({{ asked.width | interval }}, arrived_at, TIMESTAMPTZ '2000-01-03 00:00:00+00') AS stretch,
{%- else %}
    time_bucket({{ asked.width | interval }}, arrived_at) AS stretch,
{%- endif %}
    count(*) AS row_count
  FROM (
    SELECT CAST({{ time }} AS TIMESTAMP WITH TIME ZONE) AS arrived_at
    FROM {{ relation }} AS arriving
  ) AS arrived
  WHERE arrived_at < {{ asked.until | literal }}{% if asked.since is not none %} AND arrived_at >= {{ asked.since | literal }}{% endif %}
  GROUP BY 1
) AS counted
