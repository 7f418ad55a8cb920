INSERT INTO {{ (state_schema, "run_steps") | ident }}
VALUES (
  {{ schema | literal }}, {{ run_id | literal }}, {{ step.view | literal }}, {{ step.step | literal }}, {{ step.status | literal }},
  {{ step.started_at | literal }}, {{ step.completed_at | literal }}, {{ step.rows | literal }}, {{ step.message | literal }}
)
