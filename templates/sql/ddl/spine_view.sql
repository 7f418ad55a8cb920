{#- A spine for the life of the session, read where it lies. Nanoseconds are cut, not rounded: a time must not move forward. -#}
{%- macro microseconds(column, make) -%}
{{ make }}(epoch_ns({{ column }}) // 1000 - CASE WHEN epoch_ns({{ column }}) % 1000 < 0 THEN 1 ELSE 0 END)
{%- endmacro -%}
CREATE OR REPLACE TEMP VIEW {{ name | ident }} AS
SELECT
{%- for column in columns %}
  {% if column.cast == "timestamp_ns" %}{{ microseconds(column.name | ident, "make_timestamp") }} AS {{ column.name | ident }}
  {%- elif column.cast == "timestamptz_ns" %}{{ microseconds(column.name | ident, "make_timestamptz") }} AS {{ column.name | ident }}
  {%- elif column.cast %}CAST({{ column.name | ident }} AS {{ column.cast | sqltype }}) AS {{ column.name | ident }}
  {%- else %}{{ column.name | ident }}{% endif %}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ relation }} AS spine
