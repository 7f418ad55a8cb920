{#- Nobody else changes the state's tables before the end of the transaction. DuckDB lets one process in anyway. -#}
{%- if dialect.name == "postgres" -%}
SELECT pg_advisory_xact_lock({{ lock | literal }})
{%- else -%}
SELECT 1
{%- endif %}
