SELECT join_keys, min(salt) AS salt FROM featurec.online_erased WHERE schema_name = %(schema)s GROUP BY join_keys
