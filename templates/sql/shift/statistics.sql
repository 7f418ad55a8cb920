{#- One row a column: how many values are equal, changed, there for the first time or no more; a row that is missing has NULL. -#}
{% include "shift/rows.sql" %}
{%- import "shift/values.sql" as values with context %}
{%- for c in columns %}
{%- set was, now = "was_" ~ loop.index, "now_" ~ loop.index %}
SELECT
  {{ loop.index }} AS number,
  (SELECT count(*) FROM asked) AS entities,
  count(*) AS row_count,
  count(*) FILTER (WHERE in_was) AS rows_was,
  count(*) FILTER (WHERE in_now) AS rows_now,
  count(*) FILTER (WHERE {{ was }} IS NOT NULL AND {{ now }} IS NOT NULL AND NOT ({{ values.same(c, was, now) }})) AS changed,
  count(*) FILTER (WHERE {{ was }} IS NULL AND {{ now }} IS NOT NULL) AS appearing,
  count(*) FILTER (WHERE {{ was }} IS NOT NULL AND {{ now }} IS NULL) AS vanishing,
  count(*) FILTER (WHERE in_was AND {{ was }} IS NULL) AS nulls_was,
  count(*) FILTER (WHERE in_now AND {{ now }} IS NULL) AS nulls_now,
  {%- if c.number %}
  avg({{ values.finite(was) }}) AS mean_was, avg({{ values.finite(now) }}) AS mean_now,
  stddev_samp({{ values.finite(was) }}) AS sd_was, stddev_samp({{ values.finite(now) }}) AS sd_now
  {%- else %}
  CAST(NULL AS {{ "double" | sqltype }}) AS mean_was, CAST(NULL AS {{ "double" | sqltype }}) AS mean_now,
  CAST(NULL AS {{ "double" | sqltype }}) AS sd_was, CAST(NULL AS {{ "double" | sqltype }}) AS sd_now
  {%- endif %}
FROM both_rows
{%- if not loop.last %}
UNION ALL
{%- endif %}
{%- endfor %}
ORDER BY number
