CREATE TEMPORARY TABLE featurec_stage (
  entity_key text COLLATE "C" NOT NULL,
  event_ts timestamptz NOT NULL,
  created_ts timestamptz NOT NULL,
  payload jsonb NOT NULL
) ON COMMIT DROP
