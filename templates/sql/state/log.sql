{#- What was written into a table, in order. -#}
SELECT number, run_id, kind, CAST(start_at AS VARCHAR) AS start_at, CAST(end_at AS VARCHAR) AS end_at,
  CAST(since AS VARCHAR) AS since, row_count, CAST(written_at AS VARCHAR) AS written_at
FROM {{ (state_schema, "interval_log") | ident }}
WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }}{% if after is not none %} AND number > {{ after | literal }}{% endif %}
ORDER BY number
