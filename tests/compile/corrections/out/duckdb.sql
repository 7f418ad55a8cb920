-- features/orders.sql
-- build of view orders, features/orders.sql
-- compiled by featurec for duckdb; fingerprint e511c7b4
SELECT
  *,
  greatest(__fc_event, __fc_available) AS __fc_at
FROM (
  SELECT
    "user_id",
    "created_at",
    "loaded_at",
    "amount",
    make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    make_timestamptz(epoch_us(author."loaded_at")) AS __fc_available
  FROM (
    SELECT
      user_id,
      created_at,
      loaded_at,
      amount
    FROM "raw"."orders" AS orders
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL AND __fc_available IS NOT NULL

-- services/ranking.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint e511c7b4
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
    greatest(__fc_event, __fc_available) AS __fc_at
  FROM (
    SELECT
      "user_id",
      "created_at",
      "loaded_at",
      "amount",
      make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      make_timestamptz(epoch_us(author."loaded_at")) AS __fc_available
    FROM (
      SELECT
        user_id,
        created_at,
        loaded_at,
        amount
      FROM "raw"."orders" AS orders
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL AND __fc_available IS NOT NULL
),
__fc_thin_orders AS (
  SELECT *
  FROM (
    SELECT *, max(__fc_rank) OVER (PARTITION BY "user_id" ORDER BY __fc_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS __fc_best
    FROM (
      SELECT *, row_number() OVER (PARTITION BY "user_id" ORDER BY __fc_event ASC, __fc_available ASC, "amount" ASC NULLS LAST) AS __fc_rank
      FROM __fc_rows_orders
    ) AS ranked
  ) AS best
  WHERE __fc_rank = __fc_best
)
SELECT
  __fc_spine."user_id",
  __fc_spine."event_timestamp",
  "orders"."amount" AS "orders__amount"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_orders AS "orders"
  ON "orders"."user_id" = __fc_spine."user_id" AND __fc_spine.__fc_time >= "orders".__fc_at
ORDER BY __fc_spine.__fc_row
