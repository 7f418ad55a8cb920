SELECT view_name, fingerprint, definition
FROM {{ (state_schema, "definitions") | ident }}
WHERE schema_name = {{ schema | literal }}
