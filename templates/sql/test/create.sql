{#- Where failing rows are kept. -#}
{%- if dialect.name == "postgres" %}
SELECT pg_advisory_xact_lock({{ lock | literal }});
{%- endif %}
CREATE SCHEMA IF NOT EXISTS {{ state_schema | ident }};
CREATE TABLE IF NOT EXISTS {{ (state_schema, "test_failures") | ident }} (
  schema_name varchar NOT NULL,
  node varchar NOT NULL,
  test varchar NOT NULL,
  run_id varchar NOT NULL,
  "at" timestamptz NOT NULL,
  "row" json NOT NULL
)
