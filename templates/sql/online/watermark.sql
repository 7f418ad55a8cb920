INSERT INTO featurec.online_watermarks
  (schema_name, view, fingerprint, as_of, run, rows, inserted, updated, unchanged, stale)
VALUES
  (%(schema)s, %(view)s, %(fingerprint)s, %(as_of)s, %(run)s, %(rows)s, %(inserted)s, %(updated)s, %(unchanged)s, %(stale)s)
ON CONFLICT (schema_name, view, fingerprint) DO UPDATE SET
  as_of = excluded.as_of, run = excluded.run, rows = excluded.rows, inserted = excluded.inserted,
  updated = excluded.updated, unchanged = excluded.unchanged, stale = excluded.stale
