{#- One failing row, wherever it was kept twice. -#}
DELETE FROM {{ (state_schema, "test_failures") | ident }}
WHERE schema_name = {{ schema | literal }} AND node = {{ node | literal }} AND test = {{ test | literal }}
  AND CAST("row" AS VARCHAR) = {{ kept | literal }}
