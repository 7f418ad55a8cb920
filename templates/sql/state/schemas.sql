CREATE SCHEMA IF NOT EXISTS {{ state_schema | ident }};
CREATE SCHEMA IF NOT EXISTS {{ schema | ident }};
CREATE TABLE IF NOT EXISTS {{ (state_schema, "migrations") | ident }} (
  number integer PRIMARY KEY,
  name varchar NOT NULL,
  applied_at timestamptz NOT NULL
)
