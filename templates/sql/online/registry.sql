{#- What the online store knows of its views. Rows are keyed by the target's schema, so that people who share a database stay apart.
    Readers would queue behind a change of a table, so that it is made only where an earlier version left it to be made. -#}
SELECT pg_advisory_xact_lock(hashtext('featurec online registry'));
CREATE SCHEMA IF NOT EXISTS featurec;
CREATE SCHEMA IF NOT EXISTS {{ schema | ident }};
CREATE TABLE IF NOT EXISTS featurec.online_versions (
  schema_name text NOT NULL,
  view text NOT NULL,
  fingerprint text NOT NULL,
  table_schema text NOT NULL,
  table_name text NOT NULL,
  join_keys jsonb NOT NULL,
  features jsonb NOT NULL,
  ttl_microseconds bigint,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (schema_name, view, fingerprint)
);
CREATE TABLE IF NOT EXISTS featurec.online_active (
  schema_name text NOT NULL,
  view text NOT NULL,
  fingerprint text NOT NULL,
  switched_at timestamptz NOT NULL,
  PRIMARY KEY (schema_name, view),
  FOREIGN KEY (schema_name, view, fingerprint) REFERENCES featurec.online_versions
);
CREATE TABLE IF NOT EXISTS featurec.online_leases (
  schema_name text NOT NULL,
  view text NOT NULL,
  host text,
  pid integer,
  since timestamptz,
  token text,
  PRIMARY KEY (schema_name, view)
);
CREATE TABLE IF NOT EXISTS featurec.online_watermarks (
  schema_name text NOT NULL,
  view text NOT NULL,
  fingerprint text NOT NULL,
  as_of timestamptz NOT NULL,
  run bigint NOT NULL,
  rows bigint NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  unchanged bigint NOT NULL,
  stale bigint NOT NULL,
  removed bigint NOT NULL DEFAULT 0,
  checksum text,
  PRIMARY KEY (schema_name, view, fingerprint),
  FOREIGN KEY (schema_name, view, fingerprint) REFERENCES featurec.online_versions
);
CREATE TABLE IF NOT EXISTS featurec.online_rejects (
  schema_name text NOT NULL,
  view text NOT NULL,
  fingerprint text NOT NULL,
  run bigint NOT NULL,
  at timestamptz NOT NULL,
  reason text NOT NULL,
  entity_key text,
  event_ts timestamptz,
  row jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS online_rejects_of_a_version ON featurec.online_rejects (schema_name, view, fingerprint);
CREATE TABLE IF NOT EXISTS featurec.online_erased (
  schema_name text NOT NULL,
  join_keys text NOT NULL,
  digest bytea NOT NULL,
  salt bytea NOT NULL,
  erased_at timestamptz NOT NULL,
  PRIMARY KEY (schema_name, join_keys, digest)
);
{%- if outdated %}
ALTER TABLE featurec.online_watermarks
  ADD COLUMN IF NOT EXISTS removed bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS checksum text;
{%- endif %}
