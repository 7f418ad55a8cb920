{#- A version of a view as a table. -#}
DROP TABLE IF EXISTS {{ table | ident }};
CREATE TABLE {{ table | ident }} AS
{{ query }}
