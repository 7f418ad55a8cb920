SELECT view, fingerprint, join_keys, features, ttl_microseconds, as_of
FROM featurec.online_active
JOIN featurec.online_versions USING (schema_name, view, fingerprint)
JOIN featurec.online_watermarks USING (schema_name, view, fingerprint)
WHERE schema_name = %(schema)s AND view = ANY(%(views)s)
