{#- An export as of an earlier instant than the last does not move the mark: what is there is newer. -#}
INSERT INTO featurec.online_watermarks
  (schema_name, view, fingerprint, as_of, run, rows, inserted, updated, unchanged, stale, removed, checksum)
VALUES
  (%(schema)s, %(view)s, %(fingerprint)s, %(as_of)s, %(run)s, %(rows)s, %(inserted)s, %(updated)s, %(unchanged)s, %(stale)s,
  %(removed)s, %(checksum)s)
ON CONFLICT (schema_name, view, fingerprint) DO UPDATE SET
{%- if moves %}
  as_of = excluded.as_of, checksum = excluded.checksum,
{%- endif %}
  run = excluded.run, rows = excluded.rows, inserted = excluded.inserted, updated = excluded.updated,
  unchanged = excluded.unchanged, stale = excluded.stale, removed = excluded.removed
