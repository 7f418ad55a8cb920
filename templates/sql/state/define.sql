INSERT INTO {{ (state_schema, "definitions") | ident }} AS known (schema_name, fingerprint, view_name, definition)
VALUES ({{ schema | literal }}, {{ fingerprint | literal }}, {{ view | literal }}, {{ definition | literal }})
ON CONFLICT (schema_name, view_name, fingerprint) DO UPDATE SET definition = excluded.definition
WHERE known.definition <> excluded.definition
