{#- The rows of one entity; a key is compared as the text that names it online, in which equal keys are equal. -#}
{%- import "online/encode_" ~ dialect.name ~ ".sql" as encode with context -%}
DELETE FROM {{ table | ident }}
WHERE {% for key in keys %}{{ encode.key(key.type, key.column) }} = {{ texts[loop.index0] | literal }}{{ " AND " if not loop.last }}{% endfor %}
