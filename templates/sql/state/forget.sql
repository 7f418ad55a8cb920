{%- if dialect.name == "postgres" %}SET LOCAL lock_timeout = '2s';
{% endif -%}
DROP TABLE IF EXISTS {{ (schema, table) | ident }};
{%- for name in ("view_versions", "interval_log", "arrivals", "activations") %}
DELETE FROM {{ (state_schema, name) | ident }} WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }};
{%- endfor %}
