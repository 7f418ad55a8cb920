{#- The failing rows of a test, before those of a newer run take their place. -#}
DELETE FROM {{ (state_schema, "test_failures") | ident }}
WHERE schema_name = {{ schema | literal }} AND node = {{ node | literal }} AND test = {{ test | literal }}
