{#- The columns of what may stand in FROM, without its rows. -#}
SELECT * FROM {{ relation }} AS described LIMIT 0
