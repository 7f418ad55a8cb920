{#- A sample of the rows that no export can bring: those stamped after `latest`, and usable ones with NULL in a join key. -#}
{%- import "online/encode_" ~ dialect.name ~ ".sql" as encode with context -%}
SELECT
  CASE WHEN __fc_at > {{ latest | literal }} THEN 'future' ELSE 'null_key' END AS reason,
  {% for key in keys %}{{ encode.key(key.type, key.column) }}{{ " || '|' || " if not loop.last }}{% endfor %} AS entity_key,
  {% if dialect.name == "postgres" -%}
  CAST(__fc_event AS text) AS event_ts,
  CAST(row_to_json(stored) AS text) AS row
  {%- else -%}
  CASE WHEN __fc_event BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59+00' THEN strftime(make_timestamp(epoch_us(__fc_event)), '%Y-%m-%d %H:%M:%S.%f+00') END AS event_ts,
  CAST(to_json(stored) AS VARCHAR) AS row
  {%- endif %}
FROM {{ table | ident }} AS stored
WHERE __fc_at > {{ latest | literal }}
  OR __fc_at <= {{ as_of | literal }} AND ({% for key in keys %}{{ key.column }} IS NULL{{ " OR " if not loop.last }}{% endfor %})
LIMIT {{ limit | literal }}
