{#- The rows of a relation that a slice is made of. -#}
(SELECT * FROM {{ relation }} WHERE {{ conditions | join(" AND ") }})
