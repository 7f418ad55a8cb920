{#- What versions were defined as and by which project, so that a plan can say what has changed since. They outlive their tables. -#}
CREATE TABLE IF NOT EXISTS {{ (state_schema, "definitions") | ident }} (
  schema_name varchar NOT NULL,
  fingerprint varchar NOT NULL,
  view_name varchar NOT NULL,
  project varchar NOT NULL,
  definition varchar NOT NULL,
  PRIMARY KEY (schema_name, view_name, fingerprint)
)
