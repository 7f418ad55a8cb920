{#- For each column of text that is to be a time, a value that cannot be read as one in ISO 8601; NULL where all can. -#}
SELECT
{%- for column in columns %}
  min({{ column.name | ident }}) FILTER (WHERE TRY_CAST({{ column.name | ident }} AS {{ column.type | sqltype }}) IS NULL) AS {{ column.name | ident }}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ relation }} AS written
