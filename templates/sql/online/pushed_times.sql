{#- A time as an instant in microseconds; what has no zone is meant in the project's. -#}
{%- macro instant(column, timezone) -%}
{%- if column.type == "timestamptz" -%}
{{ column.given | ident }}
{%- elif column.type == "timestamptz_ns" -%}
make_timestamptz(epoch_us({{ column.given | ident }}))
{%- else -%}
timezone({{ timezone | literal }}, CAST({{ column.given | ident }} AS TIMESTAMP))
{%- endif -%}
{%- endmacro -%}
