{#- A result in its order; columns of whose type another form is wanted are cast. -#}
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
