SELECT count(*) AS rows FROM {{ relation }} AS counted
