{#- A version of a view as a table. Where there is no index, rows lie in the order in which as-of joins sort them. -#}
DROP TABLE IF EXISTS {{ table | ident }};
CREATE TABLE {{ table | ident }} AS
{{ query }}
{%- if dialect.name == "duckdb" %}
ORDER BY {% for key in keys %}{{ key | ident }}, {% endfor %}__fc_at
{%- endif %}
