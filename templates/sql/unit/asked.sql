{#- Every entity that the view has at an instant, as a spine. -#}
CREATE TABLE {{ table | ident }} AS
SELECT {% for key in keys %}{{ key | ident }}, {% endfor %}{{ at | literal }} AS {{ time | ident }}
FROM (
{{ query }}
) AS latest
