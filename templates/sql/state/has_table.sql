{#- Whether a table of a view is there. -#}
SELECT count(*) AS found
FROM information_schema.tables
WHERE lower(table_schema) = lower({{ schema | literal }}) AND table_name = {{ table | literal }}
