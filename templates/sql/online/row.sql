{#- The newest row per entity as the online store keeps it. -#}
{%- import "online/encode_" ~ dialect.name ~ ".sql" as encode with context -%}
SELECT
  {% for key in keys %}{{ encode.key(key.type, key.column) }}{{ " || '|' || " if not loop.last }}{% endfor %} AS entity_key,
  __fc_event AS event_ts,
  coalesce(__fc_created, '-infinity') AS created_ts,
  concat(
{%- for feature in features %}
    {{ (("{" if loop.first else ", ") ~ json_text(feature.name) ~ ": ") | literal }}, coalesce({{ encode.value(feature.type, feature.column) }}, 'null'),
{%- else %}
    '{',
{%- endfor %}
    '}'
  ) AS payload
FROM (
{{ latest }}
) AS latest
