{#- Every Postgres session; PGTZ and PGDATESTYLE in the environment outdo what the connection asks for. -#}
SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false)
