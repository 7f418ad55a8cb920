{#- One build of a view at a time. DuckDB lets one process in anyway. -#}
{%- if dialect.name == "postgres" -%}
SELECT pg_advisory_xact_lock({{ lock | literal }}, hashtext({{ (schema ~ "." ~ view) | literal }}))
{%- else -%}
SELECT 1
{%- endif %}
