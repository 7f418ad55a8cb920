{#- The failing rows that are kept, each with what tells it from the others of its test. -#}
SELECT node, test, CAST("row" AS VARCHAR) AS kept
FROM {{ (state_schema, "test_failures") | ident }}
WHERE schema_name = {{ schema | literal }}
