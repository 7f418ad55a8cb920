INSERT INTO featurec.online_versions
  (schema_name, view, fingerprint, table_schema, table_name, join_keys, features, ttl_microseconds, created_at)
VALUES
  (%(schema)s, %(view)s, %(fingerprint)s, %(table_schema)s, %(table_name)s, %(join_keys)s, %(features)s, %(ttl)s, %(as_of)s)
ON CONFLICT (schema_name, view, fingerprint) DO UPDATE SET
  join_keys = excluded.join_keys, features = excluded.features, ttl_microseconds = excluded.ttl_microseconds
