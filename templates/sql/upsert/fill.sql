{#- Rows into a table that this transaction made: nobody can see it yet, so they need no later freezing. -#}
COPY {{ table | ident }} (entity_key, event_ts, created_ts, payload) FROM STDIN WITH (FREEZE, FORMAT {{ format }})
