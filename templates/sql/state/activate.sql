INSERT INTO {{ (state_schema, "active_versions") | ident }} AS active
VALUES ({{ schema | literal }}, {{ view | literal }}, {{ table | literal }}, {{ at | literal }})
ON CONFLICT (schema_name, view_name) DO UPDATE SET table_name = excluded.table_name, activated_at = excluded.activated_at
