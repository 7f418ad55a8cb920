{#- Rows of several views by entity key, a row per entity in the order asked for, all of one instant.
    A payload is NULL where there is no row, and empty where there is one that is past its TTL: the predicate of training,
    event >= t - ttl. It does not touch windowed features, so their payload is needed at any age, and whether it counts
    for the others stands beside it. `current` is whether readers still see all these versions.
    Keys come through a subquery, so that PostgreSQL guesses as many of them for every request and keeps its plan. -#}
SELECT
  (
    SELECT count(*) = {{ versions | length }}
    FROM (VALUES {% for view in versions %}({{ view.name | literal | doubled }}, {{ view.fingerprint | literal | doubled }}){{ ", " if not loop.last }}{% endfor %}) AS asked(view, fingerprint)
    JOIN featurec.online_active USING (view, fingerprint)
    WHERE schema_name = %(schema)s
  ) AS current
{%- for lookup in lookups %}
{%- set stored = "stored_%d" % loop.index0 %}
{%- set fresh = "TRUE" if lookup.view.ttl is none else stored ~ ".event_ts >= %(now)s - " ~ lookup.view.ttl | interval %}
{%- if lookup.view.windowed or lookup.view.ttl is none %},
  {{ stored }}.payload::text
{%- else %},
  CASE WHEN {{ fresh }} THEN {{ stored }}.payload::text WHEN {{ stored }}.entity_key IS NOT NULL THEN '' END
{%- endif %}
{%- if lookup.view.windowed %},
  {{ fresh }}
{%- endif %}
{%- if times %},
  CASE
    WHEN {{ stored }}.event_ts BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
    THEN {{ stored }}.event_ts AT TIME ZONE 'UTC'
  END,
  greatest(
    {{ stored }}.as_of,
    (
      SELECT as_of
      FROM featurec.online_watermarks
      WHERE schema_name = %(schema)s AND view = {{ lookup.view.name | literal | doubled }} AND fingerprint = {{ lookup.view.fingerprint | literal | doubled }}
    )
  ) AT TIME ZONE 'UTC'
{%- endif %}
{%- endfor %}
FROM ROWS FROM (
{%- for number in range(keys) %}
  unnest((SELECT %(keys_{{ number }})s::text[])){{ "," if not loop.last }}
{%- endfor %}
) WITH ORDINALITY AS asked({% for number in range(keys) %}key_{{ number }}, {% endfor %}place)
{%- for lookup in lookups %}
LEFT JOIN {{ lookup.table | ident | doubled }} AS stored_{{ loop.index0 }} ON stored_{{ loop.index0 }}.entity_key = asked.key_{{ lookup.keys }}
{%- endfor %}
ORDER BY asked.place
