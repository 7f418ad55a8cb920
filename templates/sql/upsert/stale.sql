SELECT count(*) AS stale
FROM featurec_stage AS staged
JOIN {{ table | ident }} AS stored USING (entity_key)
WHERE (stored.event_ts, stored.created_ts) > (staged.event_ts, staged.created_ts)
