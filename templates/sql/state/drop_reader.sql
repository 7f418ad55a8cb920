{%- if dialect.name == "postgres" %}SET LOCAL lock_timeout = '2s';
{% endif -%}
DROP VIEW IF EXISTS {{ (schema, view) | ident }}
