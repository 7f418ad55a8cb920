{#- When each view was last brought up to date. -#}
SELECT s.view_name, CAST(max(r.started_at) AS VARCHAR) AS at
FROM {{ (state_schema, "run_steps") | ident }} AS s
JOIN {{ (state_schema, "runs") | ident }} AS r ON r.schema_name = s.schema_name AND r.run_id = s.run_id
WHERE s.schema_name = {{ schema | literal }} AND s.status = 'success'
  AND NOT EXISTS (
    SELECT 1 FROM {{ (state_schema, "run_steps") | ident }} AS bad
    WHERE bad.schema_name = s.schema_name AND bad.run_id = s.run_id AND bad.view_name = s.view_name AND bad.status <> 'success'
  )
GROUP BY s.view_name
