{#- The lease's token where the row is free, no row where another transaction holds it. -#}
SELECT token FROM featurec.online_leases WHERE schema_name = %(schema)s AND view = %(view)s FOR UPDATE SKIP LOCKED
