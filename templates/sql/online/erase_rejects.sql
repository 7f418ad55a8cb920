{#- A reject without an entity key has NULL in another join key, and may be of this entity all the same. -#}
{%- from "online/part.sql" import part with context -%}
DELETE FROM featurec.online_rejects
WHERE schema_name = %(schema)s AND view = %(view)s AND fingerprint = %(fingerprint)s
  AND ({{ part("entity_key", first, count, total) }} = %(key)s OR entity_key IS NULL)
