{#- Rows of a unit test as a table. The first branch gives it its types where there are none. -#}
CREATE TABLE {{ table | ident }} AS
SELECT {% for column in columns %}{{ column.missing }} AS {{ column.name | ident }}{{ ", " if not loop.last }}{% endfor %}
WHERE FALSE
{%- if rows %}
UNION ALL
VALUES
{%- for row in rows %}
  ({{ row | join(", ") }}){{ "," if not loop.last }}
{%- endfor %}
{%- endif %}
