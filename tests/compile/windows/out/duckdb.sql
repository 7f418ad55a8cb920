-- features/spend.sql
-- build of view spend, features/spend.sql
-- compiled by featurec for duckdb; fingerprint 9974e4e4
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
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- services/spending.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint 9974e4e4
WITH
__fc_spine AS MATERIALIZED (
  SELECT
    asked."user_id",
    asked."event_timestamp",
    row_number() OVER () AS __fc_row,
    asked."event_timestamp" AS __fc_time
  FROM "spine" AS asked
),
__fc_rows_spend AS (
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
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_thin_spend AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "user_id", __fc_event ORDER BY "amount" DESC NULLS FIRST, "status" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_spend
  ) AS ranked
  WHERE __fc_place = 1
),
__fc_win_spend_1_events AS (
  SELECT
    "user_id" AS __fc_key_1,
    epoch_us(__fc_event) AS __fc_event,
    epoch_us(__fc_at) AS __fc_at,
    CASE WHEN "status" = 'paid' THEN 1 END AS __fc_x1,
    "amount" AS __fc_x2
  FROM __fc_rows_spend
  WHERE
    __fc_event > TIMESTAMPTZ '-infinity' AND __fc_event < TIMESTAMPTZ 'infinity'
    AND __fc_at > TIMESTAMPTZ '-infinity' AND __fc_at < TIMESTAMPTZ 'infinity'
    AND "user_id" IS NOT NULL
),
__fc_win_spend_1 AS (
  SELECT
    __fc_row,
    coalesce(sum(CASE __fc_probe WHEN 0 THEN __fc_x1_n WHEN 1 THEN -__fc_x1_n END), 0) AS __fc_v1,
    coalesce(sum(CASE __fc_probe WHEN 0 THEN __fc_x1_n WHEN 2 THEN -__fc_x1_n END), 0) AS __fc_v2,
    CASE WHEN coalesce(sum(CASE __fc_probe WHEN 0 THEN __fc_x2_n WHEN 1 THEN -__fc_x2_n END), 0) > 0 THEN coalesce(sum(CASE __fc_probe WHEN 0 THEN __fc_x2_sum WHEN 1 THEN -__fc_x2_sum END), 0) END AS __fc_v3,
    CASE WHEN coalesce(sum(CASE __fc_probe WHEN 1 THEN __fc_x2_n WHEN 3 THEN -__fc_x2_n END), 0) > 0 THEN coalesce(sum(CASE __fc_probe WHEN 1 THEN __fc_x2_sum WHEN 3 THEN -__fc_x2_sum END), 0) END AS __fc_v4
  FROM (
    SELECT
      __fc_row,
      __fc_probe,
      sum(__fc_x2) OVER running AS __fc_x2_sum,
      count(__fc_x1) OVER running AS __fc_x1_n,
      count(__fc_x2) OVER running AS __fc_x2_n
    FROM (
      SELECT *
      FROM (
        SELECT
          __fc_key_1,
          __fc_event AS __fc_time,
          0 AS __fc_side,
          CAST(NULL AS BIGINT) AS __fc_row,
          CAST(NULL AS INTEGER) AS __fc_probe,
          __fc_x2,
          __fc_x1
        FROM __fc_win_spend_1_events
        UNION ALL
        SELECT
          "user_id",
          epoch_us(__fc_spine.__fc_time),
          1,
          __fc_row,
          0,
          NULL,
          NULL
        FROM __fc_spine
        WHERE epoch_us(__fc_spine.__fc_time) IS NOT NULL AND "user_id" IS NOT NULL
        UNION ALL
        SELECT
          "user_id",
          epoch_us(__fc_spine.__fc_time) - 604800000000,
          1,
          __fc_row,
          1,
          NULL,
          NULL
        FROM __fc_spine
        WHERE epoch_us(__fc_spine.__fc_time) IS NOT NULL AND "user_id" IS NOT NULL
        UNION ALL
        SELECT
          "user_id",
          epoch_us(__fc_spine.__fc_time) - 2592000000000,
          1,
          __fc_row,
          2,
          NULL,
          NULL
        FROM __fc_spine
        WHERE epoch_us(__fc_spine.__fc_time) IS NOT NULL AND "user_id" IS NOT NULL
        UNION ALL
        SELECT
          "user_id",
          epoch_us(__fc_spine.__fc_time) - 1209600000000,
          1,
          __fc_row,
          3,
          NULL,
          NULL
        FROM __fc_spine
        WHERE epoch_us(__fc_spine.__fc_time) IS NOT NULL AND "user_id" IS NOT NULL
      ) AS stream
      ORDER BY __fc_key_1, __fc_time, __fc_side
    ) AS stream
    WINDOW running AS (
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
  ) AS totalled
  WHERE __fc_row IS NOT NULL
  GROUP BY __fc_row
)
SELECT
  __fc_spine."user_id",
  __fc_spine."event_timestamp",
  "spend"."amount" AS "spend__amount",
  CAST(COALESCE(__fc_win_spend_1.__fc_v1, 0) AS BIGINT) AS "spend__paid_7d",
  CAST(COALESCE(__fc_win_spend_1.__fc_v2, 0) AS BIGINT) AS "spend__paid_30d",
  CAST(__fc_win_spend_1.__fc_v3 AS DECIMAL(38, 2)) AS "spend__amount_sum_7d",
  CAST(__fc_win_spend_1.__fc_v4 AS DECIMAL(38, 2)) AS "spend__before_7d"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_spend AS "spend"
  ON "spend"."user_id" = __fc_spine."user_id" AND __fc_spine.__fc_time >= "spend".__fc_at
LEFT JOIN __fc_win_spend_1 ON __fc_win_spend_1.__fc_row = __fc_spine.__fc_row
ORDER BY __fc_spine.__fc_row
