SELECT count(*) AS found
FROM information_schema.tables
WHERE table_schema = {{ state_schema | literal }} AND table_name = 'active_versions'
