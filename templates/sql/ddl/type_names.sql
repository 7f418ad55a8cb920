{#- The names of types by number; enumerations are text to us. -#}
SELECT oid, CASE WHEN typtype = 'e' THEN 'text' ELSE format_type(oid, NULL) END AS name
FROM pg_catalog.pg_type
WHERE oid IN ({{ numbers | join(", ") }})
