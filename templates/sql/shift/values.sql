{%- macro same(column, was, now) -%}
{%- if column.compared == "plain" -%}
{{ was }} = {{ now }}
{%- elif column.compared == "number" -%}
CAST({{ was }} AS {{ "double" | sqltype }}) = CAST({{ now }} AS {{ "double" | sqltype }})
{%- else -%}
CAST({{ was }} AS varchar) = CAST({{ now }} AS varchar)
{%- endif -%}
{%- endmacro -%}
{#- A number that can be squared and summed. -#}
{%- macro finite(value) -%}
CASE WHEN abs(CAST({{ value }} AS {{ "double" | sqltype }})) < 1e150 THEN CAST({{ value }} AS {{ "double" | sqltype }}) END
{%- endmacro -%}
