{#- The components from `first` on, `count` of them, of an entity key that has `total`. A component holds no bare `|`. -#}
{%- macro part(key, first, count, total) -%}
{%- if count == total -%}
{{ key }}
{%- else -%}
substring({{ key }} FROM {{ ("^(?:(?:[^\\\\|]|\\\\.)*\\|){%d}((?:[^\\\\|]|\\\\.)*(?:\\|(?:[^\\\\|]|\\\\.)*){%d})(?:\\||$)" % (first, count - 1)) | literal }})
{%- endif -%}
{%- endmacro -%}
