{#- Readers see this version from now on; the one before it is retired. -#}
UPDATE {{ (state_schema, "view_versions") | ident }} SET retired_at = {{ at | literal }}
WHERE schema_name = {{ schema | literal }} AND view_name = {{ view | literal }} AND table_name <> {{ table | literal }} AND retired_at IS NULL;
UPDATE {{ (state_schema, "view_versions") | ident }} SET retired_at = NULL
WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }} AND retired_at IS NOT NULL;
INSERT INTO {{ (state_schema, "active_versions") | ident }} AS active
VALUES ({{ schema | literal }}, {{ view | literal }}, {{ table | literal }}, {{ at | literal }})
ON CONFLICT (schema_name, view_name) DO UPDATE SET table_name = excluded.table_name, activated_at = excluded.activated_at;
INSERT INTO {{ (state_schema, "activations") | ident }}
VALUES ({{ schema | literal }}, {{ view | literal }}, {{ table | literal }}, {{ at | literal }}, {{ run_id | literal }}, {{ reason | literal }})
