{#- A result into a file, in its order; columns whose type the file would not keep are cast.
    The caller renames the file when it is whole. -#}
COPY (
{%- include "ddl/result.sql" %}
) TO {{ path | literal }} (FORMAT {{ format }}{{ ", HEADER" if format == "csv" }}, USE_TMP_FILE FALSE)
