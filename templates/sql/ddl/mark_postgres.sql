{#-
  What the server counts of a table: rows that were ever written, and the file that holds them. Of views and partitioned tables it
  counts nothing. Sessions tell it at their end, or within ten seconds of idleness, so that nothing is taken from it while a session
  did something in the last eleven, but for featurec's own, which write no sources.
-#}
SELECT concat_ws(' ', c.oid, pg_relation_filenode(c.oid), s.n_tup_ins, s.n_tup_upd, s.n_tup_del, d.stats_reset) AS mark
FROM pg_class AS c
JOIN pg_stat_all_tables AS s ON s.relid = c.oid
JOIN pg_stat_database AS d ON d.datname = current_database()
WHERE c.oid = to_regclass({{ table | ident | literal }}) AND c.relkind = 'r'
  AND NOT EXISTS (
    SELECT FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.application_name NOT LIKE 'featurec%'
      AND a.backend_type NOT LIKE 'autovacuum%' AND a.backend_type <> 'parallel worker'
      AND coalesce(a.state_change > clock_timestamp() - INTERVAL '11 seconds', true)
  )
