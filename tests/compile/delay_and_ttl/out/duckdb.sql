-- features/orders.sql
-- build of view orders, features/orders.sql
-- compiled by featurec for duckdb; fingerprint 80323aae
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "user_id",
    "created_at",
    "loaded_at",
    CAST("amount" AS DOUBLE) AS "amount",
    make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
    make_timestamptz(epoch_us(author."loaded_at")) AS __fc_created,
    make_timestamptz(epoch_us(author."created_at")) + INTERVAL '5400 seconds' AS __fc_available
  FROM (
    SELECT
      user_id,
      created_at,
      loaded_at,
      amount
    FROM "raw"."orders" AS orders
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- services/ranking.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint 80323aae
WITH
__fc_spine AS (
  SELECT
    asked."user_id",
    asked."event_timestamp",
    row_number() OVER () AS __fc_row,
    asked."event_timestamp" AS __fc_time
  FROM "spine" AS asked
),
__fc_rows_orders AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "user_id",
      "created_at",
      "loaded_at",
      CAST("amount" AS DOUBLE) AS "amount",
      make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
      make_timestamptz(epoch_us(author."loaded_at")) AS __fc_created,
      make_timestamptz(epoch_us(author."created_at")) + INTERVAL '5400 seconds' AS __fc_available
    FROM (
      SELECT
        user_id,
        created_at,
        loaded_at,
        amount
      FROM "raw"."orders" AS orders
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_thin_orders AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "user_id", __fc_event ORDER BY __fc_created DESC NULLS LAST, "amount" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_orders
  ) AS ranked
  WHERE __fc_place = 1
)
SELECT
  __fc_spine."user_id",
  __fc_spine."event_timestamp",
  CASE WHEN "orders".__fc_event >= __fc_spine.__fc_time - INTERVAL '604800 seconds' THEN "orders"."amount" END AS "orders__amount"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_orders AS "orders"
  ON "orders"."user_id" = __fc_spine."user_id" AND __fc_spine.__fc_time >= "orders".__fc_at
ORDER BY __fc_spine.__fc_row
