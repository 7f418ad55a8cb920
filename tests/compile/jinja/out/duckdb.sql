-- features/spend.sql
-- build of view spend, features/spend.sql
-- compiled by featurec for duckdb; fingerprint 9d5ac963
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "user_id",
    "created_at",
    "euros",
    "paid",
    "shipped",
    make_timestamptz(epoch_us(author."created_at")) AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    make_timestamptz(epoch_us(author."created_at")) AS __fc_available
  FROM (
    SELECT
      user_id,
      created_at,
      CAST(ROUND(amount * 0.9, 2) AS DOUBLE) AS euros,
      status = 'paid' AS paid,
      status = 'shipped' AS shipped
    FROM "raw"."orders" AS orders
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL
