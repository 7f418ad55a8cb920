{#-
  Guarded merge: a newer (event_ts, created_ts) wins; an equal one of a later run wins where the payload differs;
  an older one never does; an identical one writes nothing. One row per entity comes in, so that two are an error.
  In a view with windowed features whatever differs wins, since no earlier instant gets here: a row that was newer has
  been taken back, and the windows no longer hold it.
  The stage holds rows in the order of their keys, which a scan keeps; sorting again would cost a third of the merge.
  ON CONFLICT locks a row before it looks at it: where few rows win, the others are left out by a join before.
-#}
{%- from "upsert/wins.sql" import wins -%}
WITH merged AS (
  INSERT INTO {{ table | ident }} AS stored (entity_key, event_ts, created_ts, as_of, run, payload)
  SELECT staged.entity_key, staged.event_ts, staged.created_ts, {{ as_of | literal }}, {{ run | literal }}, staged.payload
  FROM featurec_stage AS staged
{%- if few %}
  LEFT JOIN {{ table | ident }} AS there ON there.entity_key = staged.entity_key
  WHERE there.entity_key IS NULL OR {{ wins("staged", "there", windowed) }}
{%- endif %}
  ON CONFLICT (entity_key) DO UPDATE SET
    event_ts = excluded.event_ts,
    created_ts = excluded.created_ts,
    as_of = excluded.as_of,
    run = excluded.run,
    payload = excluded.payload
{%- if windowed %}
  WHERE (excluded.event_ts, excluded.created_ts, excluded.row_hash) <> (stored.event_ts, stored.created_ts, stored.row_hash)
{%- else %}
  WHERE (excluded.event_ts, excluded.created_ts) > (stored.event_ts, stored.created_ts)
    OR (excluded.event_ts, excluded.created_ts) = (stored.event_ts, stored.created_ts)
    AND excluded.row_hash <> stored.row_hash
    AND excluded.run > stored.run
{%- endif %}
  RETURNING xmax = 0 AS inserted
)
SELECT count(*) FILTER (WHERE inserted) AS inserted, count(*) FILTER (WHERE NOT inserted) AS updated
FROM merged
