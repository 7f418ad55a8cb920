{#- A version's table, and all that is recorded of it. -#}
SET LOCAL lock_timeout = '2s';
DROP TABLE IF EXISTS {{ table | ident }};
{%- for name in ("online_active", "online_watermarks", "online_rejects", "online_versions") %}
DELETE FROM featurec.{{ name }}
WHERE schema_name = {{ schema | literal }} AND view = {{ view | literal }} AND fingerprint = {{ fingerprint | literal }};
{%- endfor %}
