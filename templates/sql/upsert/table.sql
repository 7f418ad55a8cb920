{#- The table of a view's version. Until it is filled, the defaults stand in for columns that the rows do not carry. -#}
CREATE TABLE {{ table | ident }} (
  entity_key text COLLATE "C" NOT NULL CONSTRAINT entity_key_of_512_bytes CHECK (octet_length(entity_key) <= 512),
  event_ts timestamptz NOT NULL,
  created_ts timestamptz NOT NULL,
  as_of timestamptz NOT NULL DEFAULT {{ as_of | literal }},
  run bigint NOT NULL DEFAULT {{ run | literal }},
  row_hash bigint NOT NULL GENERATED ALWAYS AS (jsonb_hash_extended(payload, 0)) STORED,
  payload jsonb NOT NULL
)
