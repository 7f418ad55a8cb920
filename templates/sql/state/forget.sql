{#- A table goes, and all that is recorded of it. A later one may have its name: what was computed from it does not know it. -#}
{%- if dialect.name == "postgres" %}SET LOCAL lock_timeout = '2s';
{% endif -%}
DROP TABLE IF EXISTS {{ (schema, table) | ident }};
{%- for name in ("view_versions", "interval_log", "arrivals", "activations") %}
DELETE FROM {{ (state_schema, name) | ident }} WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }};
{%- endfor %}
UPDATE {{ (state_schema, "arrivals") | ident }} SET parent_table = '' WHERE schema_name = {{ schema | literal }} AND parent_table = {{ table | literal }};
