{#- The registry, what was added to it since its first version, and the schema of the tables. -#}
SELECT
  to_regclass('featurec.online_watermarks') IS NOT NULL AS has_registry,
  to_regclass('featurec.online_erased') IS NOT NULL AS is_current,
  to_regnamespace({{ schema | ident | literal }}) IS NOT NULL AS has_schema
