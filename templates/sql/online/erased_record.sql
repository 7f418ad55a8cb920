INSERT INTO featurec.online_erased (schema_name, join_keys, digest, salt, erased_at)
SELECT %(schema)s, %(join_keys)s, sha256(%(salt)s::bytea || convert_to(key, 'UTF8')), %(salt)s, %(at)s
FROM unnest(%(keys)s::text[]) AS given(key)
ON CONFLICT DO NOTHING
