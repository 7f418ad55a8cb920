EXPLAIN (FORMAT JSON) SELECT * FROM {{ relation }} AS counted
