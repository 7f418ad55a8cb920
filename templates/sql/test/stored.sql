{#- How many failing rows are kept, of tests of any view of this schema. -#}
SELECT count(*) AS stored
FROM information_schema.tables
WHERE table_schema = {{ state_schema | literal }} AND table_name = 'test_failures'
