INSERT INTO featurec.online_leases (schema_name, view) VALUES (%(schema)s, %(view)s) ON CONFLICT DO NOTHING
