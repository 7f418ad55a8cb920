{#- Every version of a schema's views, and whether its table is there. -#}
SELECT view, fingerprint, table_schema, table_name, join_keys, to_regclass(format('%%I.%%I', table_schema, table_name)) IS NOT NULL AS is_there
FROM featurec.online_versions
WHERE schema_name = %(schema)s
ORDER BY view, fingerprint
