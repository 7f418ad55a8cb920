{#- Which versions of views were built, and which of them is active. -#}
CREATE TABLE IF NOT EXISTS {{ (state_schema, "view_versions") | ident }} (
  schema_name varchar NOT NULL,
  view_name varchar NOT NULL,
  fingerprint varchar NOT NULL,
  table_name varchar NOT NULL,
  row_count bigint NOT NULL,
  dropped bigint NOT NULL,
  is_unique boolean NOT NULL,
  is_ordered boolean NOT NULL,
  built_at timestamptz NOT NULL,
  entities bigint,
  duration bigint,
  full_columns varchar,
  PRIMARY KEY (schema_name, table_name)
);
{#- Tables that were made before windows were planned lack them. #}
ALTER TABLE {{ (state_schema, "view_versions") | ident }} ADD COLUMN IF NOT EXISTS entities bigint;
ALTER TABLE {{ (state_schema, "view_versions") | ident }} ADD COLUMN IF NOT EXISTS duration bigint;
ALTER TABLE {{ (state_schema, "view_versions") | ident }} ADD COLUMN IF NOT EXISTS full_columns varchar;
CREATE TABLE IF NOT EXISTS {{ (state_schema, "active_versions") | ident }} (
  schema_name varchar NOT NULL,
  view_name varchar NOT NULL,
  table_name varchar NOT NULL,
  activated_at timestamptz NOT NULL,
  PRIMARY KEY (schema_name, view_name)
)
