INSERT INTO {{ (state_schema, "definitions") | ident }} AS known (schema_name, fingerprint, view_name, project, definition)
VALUES ({{ schema | literal }}, {{ fingerprint | literal }}, {{ view | literal }}, {{ project | literal }}, {{ definition | literal }})
ON CONFLICT (schema_name, view_name, fingerprint) DO UPDATE SET definition = excluded.definition, project = excluded.project
WHERE known.definition <> excluded.definition OR known.project <> excluded.project
