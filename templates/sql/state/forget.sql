{%- if dialect.name == "postgres" %}SET LOCAL lock_timeout = '2s';
{% endif -%}
DROP TABLE IF EXISTS {{ (schema, table) | ident }};
DELETE FROM {{ (state_schema, "view_versions") | ident }}
WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }}
