{#- One text column: rows in the text format of PostgreSQL's COPY, each with its line end, in the order of keys by bytes. -#}
{%- macro copied(x) -%}
replace(replace(replace(replace({{ x }}, '\', '\\'), E'\n', '\n'), E'\r', '\r'), E'\t', '\t')
{%- endmacro -%}
SELECT
  concat(
    {{ copied("entity_key") if "text" in key_kinds else "entity_key" }}, E'\t',
    CAST(event_ts AS text), E'\t',
    CAST(created_ts AS text), E'\t',
    replace(payload, '\', '\\'), E'\n'
  ) AS line
FROM (
{% include "online/row.sql" %}
) AS stored
ORDER BY entity_key COLLATE "C"
