{#- What runs did: which event times of a table are written, what its sources were like then, and how runs and their steps ended. -#}
ALTER TABLE {{ (state_schema, "view_versions") | ident }} ADD COLUMN IF NOT EXISTS last_event timestamptz;
ALTER TABLE {{ (state_schema, "view_versions") | ident }} ADD COLUMN IF NOT EXISTS retired_at timestamptz;
CREATE TABLE IF NOT EXISTS {{ (state_schema, "interval_log") | ident }} (
  schema_name varchar NOT NULL,
  table_name varchar NOT NULL,
  number bigint NOT NULL,
  run_id varchar NOT NULL,
  kind varchar NOT NULL,
  start_at timestamptz,
  end_at timestamptz,
  since timestamptz,
  row_count bigint NOT NULL,
  written_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS {{ (state_schema, "arrivals") | ident }} (
  schema_name varchar NOT NULL,
  table_name varchar NOT NULL,
  relation varchar NOT NULL,
  row_count bigint NOT NULL,
  settled_at timestamptz,
  settled_count bigint NOT NULL,
  newest timestamptz,
  late_count bigint NOT NULL,
  parent_table varchar,
  parent_number bigint,
  PRIMARY KEY (schema_name, table_name, relation)
);
CREATE TABLE IF NOT EXISTS {{ (state_schema, "activations") | ident }} (
  schema_name varchar NOT NULL,
  view_name varchar NOT NULL,
  table_name varchar NOT NULL,
  activated_at timestamptz NOT NULL,
  run_id varchar NOT NULL,
  reason varchar NOT NULL
);
CREATE TABLE IF NOT EXISTS {{ (state_schema, "runs") | ident }} (
  schema_name varchar NOT NULL,
  run_id varchar NOT NULL,
  started_at timestamptz NOT NULL,
  completed_at timestamptz,
  exit_code integer,
  host varchar NOT NULL,
  pid integer NOT NULL,
  featurec_version varchar NOT NULL,
  PRIMARY KEY (schema_name, run_id)
);
CREATE TABLE IF NOT EXISTS {{ (state_schema, "run_steps") | ident }} (
  schema_name varchar NOT NULL,
  run_id varchar NOT NULL,
  view_name varchar NOT NULL,
  step varchar NOT NULL,
  status varchar NOT NULL,
  started_at timestamptz NOT NULL,
  completed_at timestamptz NOT NULL,
  row_count bigint,
  message varchar NOT NULL
);
CREATE TABLE IF NOT EXISTS {{ (state_schema, "leases") | ident }} (
  schema_name varchar NOT NULL,
  view_name varchar NOT NULL,
  host varchar,
  pid integer,
  since timestamptz,
  run_id varchar,
  PRIMARY KEY (schema_name, view_name)
)
