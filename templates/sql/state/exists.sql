{#- Whether there is any state, and whether tables of versions carry statistics: older ones do not before the next run. -#}
SELECT
  count(*) FILTER (WHERE table_name = 'active_versions') AS found,
  count(*) FILTER (WHERE table_name = 'view_versions' AND column_name = 'full_columns') AS measured
FROM information_schema.columns
WHERE table_schema = {{ state_schema | literal }}
