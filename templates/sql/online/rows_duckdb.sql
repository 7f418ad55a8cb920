{#- One text column: rows in the text format of PostgreSQL's COPY, each with its line end, in the order of keys by bytes. -#}
{%- macro instant(x) -%}
coalesce(strftime(make_timestamp(epoch_us({{ x }})), '%Y-%m-%d %H:%M:%S.%f+00'), CAST({{ x }} AS VARCHAR))
{%- endmacro -%}
{%- macro copied(x) -%}
replace(replace(replace(replace({{ x }}, '\', '\\'), E'\n', '\n'), E'\r', '\r'), E'\t', '\t')
{%- endmacro -%}
SELECT
  concat(
    {{ copied("entity_key") if "text" in key_kinds else "entity_key" }}, E'\t',
    {{ instant("event_ts") }}, E'\t',
    {{ instant("created_ts") }}, E'\t',
    replace(payload, '\', '\\'), E'\n'
  ) AS line
FROM (
{% include "online/row.sql" %}
) AS stored
ORDER BY entity_key
