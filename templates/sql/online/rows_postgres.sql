{#- Rows as the online store keeps them, in the order of keys by bytes; typed, so that PostgreSQL hands them on as they are. -#}
SELECT entity_key, event_ts, created_ts, CAST(payload AS jsonb) AS payload
FROM (
{% include "online/row.sql" %}
) AS stored
ORDER BY entity_key COLLATE "C"
