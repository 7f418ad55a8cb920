{#- Leases of views that nobody has built before. -#}
INSERT INTO {{ (state_schema, "leases") | ident }} (schema_name, view_name)
SELECT {{ schema | literal }}, asked.name
FROM unnest(ARRAY[{% for view in views %}{{ view | literal }}{{ ", " if not loop.last }}{% endfor %}]) AS asked(name)
ORDER BY asked.name
ON CONFLICT DO NOTHING
