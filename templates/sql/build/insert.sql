{#- The rows of a slice come into a view's table, in the order of build/create.sql. -#}
INSERT INTO {{ table | ident }} ({% for column in columns %}{{ column | ident }}{{ ", " if not loop.last }}{% endfor %})
{{ query }}
{%- if dialect.name == "duckdb" %}
ORDER BY {% for key in keys %}{{ key | ident }}, {% endfor %}__fc_at
{%- endif %}
