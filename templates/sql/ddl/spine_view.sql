{#- A spine for the life of the session, read where it lies. -#}
CREATE OR REPLACE TEMP VIEW {{ name | ident }} AS
SELECT
{%- for column in columns %}
  {% if column.cast %}CAST({{ column.name | ident }} AS {{ column.cast | sqltype }}) AS {{ column.name | ident }}{% else %}{{ column.name | ident }}{% endif %}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ relation }} AS spine
