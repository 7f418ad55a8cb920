{#- A version as it is after a write; an earlier record of the same table gives way. -#}
DELETE FROM {{ (state_schema, "view_versions") | ident }}
WHERE schema_name = {{ schema | literal }} AND table_name = {{ version.table | literal }};
INSERT INTO {{ (state_schema, "view_versions") | ident }} (
  schema_name, view_name, fingerprint, table_name, row_count, dropped, is_unique, is_ordered, built_at, entities, duration,
  full_columns, last_event
)
VALUES (
  {{ schema | literal }}, {{ version.view | literal }}, {{ version.fingerprint | literal }}, {{ version.table | literal }},
  {{ version.rows | literal }}, {{ version.dropped | literal }}, {{ version.unique | literal }}, {{ version.ordered | literal }},
  {{ version.built_at | literal }}, {{ version.statistics.entities | literal }}, {{ version.statistics.duration | literal }},
  {{ full_columns | literal }}, {{ version.last_event | literal }}
)
