{#- The server's clock, and which database this is: the same text only for one database of one running server, with names read alike.
    A standby, or a copy of the data folder, was started at another time. -#}
SELECT
  clock_timestamp() AS now,
  concat_ws(' ',
    (SELECT system_identifier FROM pg_control_system()),
    (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
    (SELECT oid FROM pg_database WHERE datname = current_database()),
    current_schemas(false)
  ) AS database
