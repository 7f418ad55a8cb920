INSERT INTO featurec.online_active (schema_name, view, fingerprint, switched_at)
VALUES (%(schema)s, %(view)s, %(fingerprint)s, %(as_of)s)
ON CONFLICT (schema_name, view) DO UPDATE SET fingerprint = excluded.fingerprint, switched_at = excluded.switched_at
