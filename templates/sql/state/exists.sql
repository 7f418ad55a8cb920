{#- Whether there is any state, and whether its migrations are counted: those of the first version were not. -#}
SELECT
  count(*) FILTER (WHERE table_name = 'active_versions') AS found,
  count(*) FILTER (WHERE table_name = 'migrations') AS counted
FROM information_schema.tables
WHERE table_schema = {{ state_schema | literal }}
