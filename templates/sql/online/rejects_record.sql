INSERT INTO featurec.online_rejects (schema_name, view, fingerprint, run, at, reason, entity_key, event_ts, row)
SELECT %(schema)s, %(view)s, %(fingerprint)s, %(run)s, %(as_of)s, reason, entity_key, event_ts, row
FROM unnest(%(reasons)s::text[], %(keys)s::text[], %(events)s::timestamptz[], %(rows)s::jsonb[])
  AS given(reason, entity_key, event_ts, row)
