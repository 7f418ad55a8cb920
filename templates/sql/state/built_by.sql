{#- Views that have an active version which a project has built. -#}
SELECT DISTINCT v.view_name
FROM {{ (state_schema, "view_versions") | ident }} AS v
JOIN {{ (state_schema, "active_versions") | ident }} AS a
  ON a.schema_name = v.schema_name AND a.view_name = v.view_name AND a.table_name = v.table_name
JOIN {{ (state_schema, "definitions") | ident }} AS d
  ON d.schema_name = v.schema_name AND d.view_name = v.view_name AND d.fingerprint = v.fingerprint
WHERE v.schema_name = {{ schema | literal }} AND d.project = {{ project | literal }}
ORDER BY v.view_name
