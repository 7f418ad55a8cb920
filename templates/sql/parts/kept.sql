{#- A result for the life of the session. What does not fit into memory is on disk. -#}
CREATE TEMP TABLE {{ name | ident }} AS
{{ query }}
