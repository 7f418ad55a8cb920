INSERT INTO {{ (state_schema, "runs") | ident }} (schema_name, run_id, started_at, host, pid, featurec_version)
VALUES ({{ schema | literal }}, {{ run_id | literal }}, {{ at | literal }}, {{ host | literal }}, {{ pid | literal }}, {{ release | literal }})
