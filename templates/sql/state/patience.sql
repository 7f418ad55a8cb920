{#- What waits longer for a lock than this is refused, and undone. DuckDB lets one process in anyway. -#}
{%- if dialect.name == "postgres" -%}
SET LOCAL lock_timeout = '2s'
{%- else -%}
SELECT 1
{%- endif %}
