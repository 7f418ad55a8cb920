-- features/last_order.sql
-- build of view last_order, features/last_order.sql
-- compiled by featurec for duckdb; fingerprint 070a2bd4
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "user_id",
    "created_at",
    "amount",
    "status",
    make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    make_timestamptz(epoch_us(author."created_at")) AS __fc_available
  FROM (
    SELECT
      user_id,
      created_at,
      amount,
      status
    FROM "raw"."orders" AS orders
    WHERE
      status <> 'test'
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- services/ranking.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint 070a2bd4
WITH
__fc_spine AS (
  SELECT
    asked."user_id",
    asked."event_timestamp",
    row_number() OVER () AS __fc_row,
    asked."event_timestamp" AS __fc_time
  FROM "spine" AS asked
),
__fc_rows_last_order AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "user_id",
      "created_at",
      "amount",
      "status",
      make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      make_timestamptz(epoch_us(author."created_at")) AS __fc_available
    FROM (
      SELECT
        user_id,
        created_at,
        amount,
        status
      FROM "raw"."orders" AS orders
      WHERE
        status <> 'test'
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_thin_last_order AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "user_id", __fc_event ORDER BY "amount" DESC NULLS FIRST, "status" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_last_order
  ) AS ranked
  WHERE __fc_place = 1
)
SELECT
  __fc_spine."user_id",
  __fc_spine."event_timestamp",
  "last_order"."amount" AS "last_order__amount",
  COALESCE("last_order"."status", 'none') AS "last_order__status"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_last_order AS "last_order"
  ON "last_order"."user_id" = __fc_spine."user_id" AND __fc_spine.__fc_time >= "last_order".__fc_at
ORDER BY __fc_spine.__fc_row
