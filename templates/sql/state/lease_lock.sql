{#- The leases that are free, which this transaction has from now on, and which run had them last. -#}
SELECT view_name, run_id
FROM {{ (state_schema, "leases") | ident }}
WHERE schema_name = {{ schema | literal }} AND view_name IN ({% for view in views %}{{ view | literal }}{{ ", " if not loop.last }}{% endfor %})
ORDER BY view_name
FOR UPDATE SKIP LOCKED
