INSERT INTO {{ (state_schema, "migrations") | ident }} VALUES ({{ number | literal }}, {{ name | literal }}, {{ at | literal }})
