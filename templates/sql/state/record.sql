INSERT INTO {{ (state_schema, "view_versions") | ident }}
VALUES (
  {{ schema | literal }}, {{ view | literal }}, {{ version.fingerprint | literal }}, {{ version.table | literal }},
  {{ version.rows | literal }}, {{ version.dropped | literal }}, {{ version.unique | literal }}, {{ version.ordered | literal }},
  {{ version.built_at | literal }}
)
