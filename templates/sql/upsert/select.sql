{#- Rows that never leave the server. -#}
INSERT INTO {{ table | ident }} (entity_key, event_ts, created_ts, payload)
{{ query }}
