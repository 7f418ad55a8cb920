{#- What a merge would do, without doing it: it neither locks nor writes, so that rows that change nothing cost one join. -#}
{%- from "upsert/wins.sql" import wins -%}
SELECT
  count(*) AS staged,
  count(*) FILTER (WHERE stored.entity_key IS NULL OR {{ wins("staged", "stored", windowed) }}) AS winning,
  count(*) FILTER (WHERE (stored.event_ts, stored.created_ts) > (staged.event_ts, staged.created_ts)) AS stale
FROM {% if sample %}(SELECT * FROM featurec_stage LIMIT {{ sample | literal }}){% else %}featurec_stage{% endif %} AS staged
LEFT JOIN {{ table | ident }} AS stored ON stored.entity_key = staged.entity_key
