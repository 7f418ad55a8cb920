DELETE FROM featurec.online_rejects
WHERE schema_name = %(schema)s AND view = %(view)s AND fingerprint = %(fingerprint)s
