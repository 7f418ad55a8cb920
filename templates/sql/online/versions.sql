{#- Every version of a schema's views that has a table, the one that readers see first. -#}
SELECT view, fingerprint, join_keys, features, ttl_microseconds, active.fingerprint IS NOT NULL AS is_active, as_of
FROM featurec.online_versions
LEFT JOIN featurec.online_active AS active USING (schema_name, view, fingerprint)
LEFT JOIN featurec.online_watermarks USING (schema_name, view, fingerprint)
WHERE schema_name = %(schema)s AND to_regclass(format('%%I.%%I', table_schema, table_name)) IS NOT NULL
ORDER BY view, is_active DESC, created_at DESC, fingerprint
