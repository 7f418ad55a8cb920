{#- The registry, what was added to it since its first version, and the schema of the tables. -#}
SELECT
  to_regclass('featurec.online_watermarks') IS NOT NULL AS has_registry,
  EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = to_regclass('featurec.online_watermarks') AND attname = 'checksum' AND NOT attisdropped
  ) AS is_current,
  to_regnamespace({{ schema | ident | literal }}) IS NOT NULL AS has_schema
