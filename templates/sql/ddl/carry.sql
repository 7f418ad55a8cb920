{#- A spine in types that Arrow takes to Postgres; what it does not take goes as text or number and is cast back there. -#}
SELECT
{%- for name, type in columns %}
  {% if type in ("varchar", "uuid", "json", "null") %}CAST({{ name | ident }} AS VARCHAR) AS {{ name | ident }}
  {%- elif type in ("ubigint", "uhugeint") %}CAST({{ name | ident }} AS DECIMAL(38, 0)) AS {{ name | ident }}
  {%- else %}{{ name | ident }}{% endif %}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ (name,) | ident }}
