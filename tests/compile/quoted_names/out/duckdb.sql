-- features/v.sql
-- build of view v, features/v.sql
-- compiled by featurec for duckdb; fingerprint 263d42a6
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "user_id",
    "ts",
    "select",
    "Order",
    "with space",
    "été",
    "a""b",
    "percent%",
    "rn",
    make_timestamptz(epoch_us(author."ts")) AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    make_timestamptz(epoch_us(author."ts")) AS __fc_available
  FROM (
    SELECT
      user_id,
      ts,
      "select",
      "Order",
      "with space",
      "été",
      "a""b",
      "percent%",
      rn
    FROM "Raw Data"."Odd ""table""" AS v
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- services/odd.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint 263d42a6
WITH
__fc_spine AS (
  SELECT
    asked."user_id",
    asked."event_timestamp",
    row_number() OVER () AS __fc_row,
    asked."event_timestamp" AS __fc_time
  FROM "spine" AS asked
),
__fc_rows_v AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "user_id",
      "ts",
      "select",
      "Order",
      "with space",
      "été",
      "a""b",
      "percent%",
      "rn",
      make_timestamptz(epoch_us(author."ts")) AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      make_timestamptz(epoch_us(author."ts")) AS __fc_available
    FROM (
      SELECT
        user_id,
        ts,
        "select",
        "Order",
        "with space",
        "été",
        "a""b",
        "percent%",
        rn
      FROM "Raw Data"."Odd ""table""" AS v
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_thin_v AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "user_id", __fc_event ORDER BY "select" DESC NULLS FIRST, "Order" DESC NULLS FIRST, "with space" DESC NULLS FIRST, "été" DESC NULLS FIRST, "a""b" DESC NULLS FIRST, "percent%" DESC NULLS FIRST, "rn" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_v
  ) AS ranked
  WHERE __fc_place = 1
)
SELECT
  __fc_spine."user_id",
  __fc_spine."event_timestamp",
  "v"."select" AS "v__select",
  "v"."Order" AS "v__Order",
  "v"."with space" AS "v__with space",
  "v"."été" AS "v__été",
  "v"."a""b" AS "v__a""b",
  "v"."percent%" AS "v__percent%",
  "v"."rn" AS "v__rn"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_v AS "v"
  ON "v"."user_id" = __fc_spine."user_id" AND __fc_spine.__fc_time >= "v".__fc_at
ORDER BY __fc_spine.__fc_row
