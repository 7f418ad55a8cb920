SELECT host, pid, CAST(since AS VARCHAR) AS since
FROM {{ (state_schema, "leases") | ident }}
WHERE schema_name = {{ schema | literal }} AND view_name = {{ view | literal }}
