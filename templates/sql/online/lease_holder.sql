SELECT host, pid, since FROM featurec.online_leases WHERE schema_name = %(schema)s AND view = %(view)s
