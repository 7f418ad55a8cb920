{#- A result into a file, in its order; columns whose type the file would not keep are cast.
    The caller renames the file when it is whole. -#}
COPY (
{%- if casts %}
SELECT
{%- for column in columns %}
  {% if casts[column] %}CAST({{ column | ident }} AS {{ casts[column] | sqltype }}) AS {{ column | ident }}{% else %}{{ column | ident }}{% endif %}{{ "," if not loop.last }}
{%- endfor %}
FROM (
{{ query }}
) AS result
{%- else %}
{{ query }}
{%- endif %}
) TO {{ path | literal }} (FORMAT {{ format }}{{ ", HEADER" if format == "csv" }}, USE_TMP_FILE FALSE)
