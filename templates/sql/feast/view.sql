{#- A view over one source table, for people to go on from. -#}
SELECT
{%- for column in columns %}
  {% if column.cast %}CAST({{ column.old }} AS {{ column.cast | sqltype }}) AS {{ column.name }}
  {%- elif column.old != column.name %}{{ column.old }} AS {{ column.name }}
  {%- else %}{{ column.name }}{% endif %}{{ "," if not loop.last }}
{%- endfor %}
FROM {{ "{{" }} source('{{ source }}', '{{ table }}') {{ "}}" }}
