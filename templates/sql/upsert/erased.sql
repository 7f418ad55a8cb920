{#- Rows of entities that were erased go no further. -#}
{%- from "online/part.sql" import part with context -%}
DELETE FROM {{ table | ident | doubled }}
WHERE sha256(%(salt)s::bytea || convert_to({{ part("entity_key", first, count, total) }}, 'UTF8')) IN (
  SELECT digest FROM featurec.online_erased WHERE schema_name = %(schema)s AND join_keys = %(join_keys)s
)
