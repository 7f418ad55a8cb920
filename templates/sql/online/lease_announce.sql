UPDATE featurec.online_leases
SET host = %(host)s, pid = %(pid)s, since = %(since)s, token = %(token)s
WHERE schema_name = %(schema)s AND view = %(view)s
