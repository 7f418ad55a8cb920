{#- A version as it is recorded, and the columns of its table as they are; either may be missing. -#}
SELECT
  (
    SELECT jsonb_build_object('join_keys', join_keys, 'features', features)
    FROM featurec.online_versions
    WHERE schema_name = %(schema)s AND view = %(view)s AND fingerprint = %(fingerprint)s
  ) AS recorded,
  (
    SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod) ORDER BY attnum)
    FROM pg_attribute
    WHERE attrelid = to_regclass({{ table | ident | literal | doubled }}) AND attnum > 0 AND NOT attisdropped
  ) AS table_columns,
  watermark.run,
  watermark.as_of,
  watermark.checksum,
  (
    SELECT fingerprint FROM featurec.online_active WHERE schema_name = %(schema)s AND view = %(view)s
  ) AS active
FROM (VALUES (%(fingerprint)s)) AS asked(fingerprint)
LEFT JOIN featurec.online_watermarks AS watermark
  ON watermark.schema_name = %(schema)s AND watermark.view = %(view)s AND watermark.fingerprint = asked.fingerprint
