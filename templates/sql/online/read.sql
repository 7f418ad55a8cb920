{#- Rows of several views by entity key, in one query. The TTL is the predicate of training: event >= t - ttl.
    It does not touch windowed features, so their payload is needed at any age. -#}
{%- for lookup in lookups %}
{%- set fresh = "TRUE" if lookup.ttl is none else "stored.event_ts >= %(now)s - " ~ lookup.ttl | interval %}
SELECT
  {{ loop.index0 }} AS lookup,
  asked.place,
  CASE
    WHEN stored.event_ts BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' THEN stored.event_ts
  END AS event_ts,
  stored.as_of,
  {{ fresh }} AS fresh,
  {{ "stored.payload::text" if lookup.windowed else "CASE WHEN " ~ fresh ~ " THEN stored.payload::text ELSE '' END" }} AS payload
FROM unnest(%(keys_{{ loop.index0 }})s::text[]) WITH ORDINALITY AS asked(entity_key, place)
JOIN {{ lookup.table | ident | doubled }} AS stored ON stored.entity_key = asked.entity_key
{{- "\nUNION ALL" if not loop.last }}
{%- endfor %}
