{#- Which versions of a view readers saw, the last first. -#}
SELECT table_name, CAST(activated_at AS VARCHAR) AS activated_at, run_id, reason
FROM {{ (state_schema, "activations") | ident }}
WHERE schema_name = {{ schema | literal }} AND view_name = {{ view | literal }}
ORDER BY activated_at DESC
