{#- The rows of the tested view, as a build would store them. -#}
CREATE TABLE {{ table | ident }} AS
{{ query }}
