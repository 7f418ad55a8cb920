UPDATE {{ (state_schema, "runs") | ident }} SET completed_at = {{ at | literal }}, exit_code = {{ exit_code | literal }}
WHERE schema_name = {{ schema | literal }} AND run_id = {{ run_id | literal }}
