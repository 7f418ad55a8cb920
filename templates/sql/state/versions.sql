{#- Every version of a schema's views that has a table, the newest first. Times as text, which every engine has at hand. -#}
SELECT v.view_name, v.fingerprint, v.table_name, v.row_count, v.dropped, v.is_unique, v.is_ordered, v.entities, v.duration,
  v.full_columns,
  CAST(v.last_event AS VARCHAR) AS last_event,
  CAST(v.retired_at AS VARCHAR) AS retired_at,
  CAST(v.built_at AS VARCHAR) AS built_at,
  a.table_name IS NOT NULL AS active
FROM {{ (state_schema, "view_versions") | ident }} AS v
LEFT JOIN {{ (state_schema, "active_versions") | ident }} AS a
  ON a.schema_name = v.schema_name AND a.view_name = v.view_name AND a.table_name = v.table_name
WHERE v.schema_name = {{ schema | literal }}{% if view %} AND v.view_name = {{ view | literal }}{% endif %}
ORDER BY v.view_name, v.built_at DESC, v.table_name DESC
