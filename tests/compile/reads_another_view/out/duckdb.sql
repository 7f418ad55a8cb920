-- features/flights_seen.sql
-- build of view flights_seen, features/flights_seen.sql
-- compiled by featurec for duckdb; fingerprint 1c7ea0a9
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "origin",
    "dest",
    "landed_at",
    "delay",
    author."landed_at" AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    author."landed_at" AS __fc_available
  FROM (
    SELECT
      origin,
      dest,
      landed_at,
      delay
    FROM "raw"."flights" AS flights
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- features/route_trend.sql
-- build of view route_trend, features/route_trend.sql
-- compiled by featurec for duckdb; fingerprint bb5128b1
WITH
__fc_rows_flights_seen AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "origin",
      "dest",
      "landed_at",
      "delay",
      author."landed_at" AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      author."landed_at" AS __fc_available
    FROM (
      SELECT
        origin,
        dest,
        landed_at,
        delay
      FROM "raw"."flights" AS flights
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
)
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "origin",
    "dest",
    "landed_at",
    "mean_delay",
    author."landed_at" AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    author."landed_at" AS __fc_available
  FROM (
    WITH recent AS (
      SELECT
        *,
        COUNT(*) OVER w AS n,
        AVG(delay) OVER w AS mean_delay
      FROM (
        SELECT
          "origin",
          "dest",
          "landed_at",
          "delay"
        FROM __fc_rows_flights_seen
      ) AS flights_seen
      WINDOW w AS (
        PARTITION BY origin, dest
        ORDER BY landed_at
        RANGE BETWEEN INTERVAL '7' DAY PRECEDING AND CURRENT ROW
      )
    )
    SELECT
      origin,
      dest,
      landed_at,
      mean_delay
    FROM recent
    WHERE
      n >= 3
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- services/delays.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint 1c7ea0a9 bb5128b1
WITH
__fc_spine AS (
  SELECT
    asked."origin",
    asked."dest",
    asked."event_timestamp",
    row_number() OVER () AS __fc_row,
    asked."event_timestamp" AS __fc_time
  FROM "spine" AS asked
),
__fc_rows_flights_seen AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "origin",
      "dest",
      "landed_at",
      "delay",
      author."landed_at" AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      author."landed_at" AS __fc_available
    FROM (
      SELECT
        origin,
        dest,
        landed_at,
        delay
      FROM "raw"."flights" AS flights
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_rows_route_trend AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "origin",
      "dest",
      "landed_at",
      "mean_delay",
      author."landed_at" AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      author."landed_at" AS __fc_available
    FROM (
      WITH recent AS (
        SELECT
          *,
          COUNT(*) OVER w AS n,
          AVG(delay) OVER w AS mean_delay
        FROM (
          SELECT
            "origin",
            "dest",
            "landed_at",
            "delay"
          FROM __fc_rows_flights_seen
        ) AS flights_seen
        WINDOW w AS (
          PARTITION BY origin, dest
          ORDER BY landed_at
          RANGE BETWEEN INTERVAL '7' DAY PRECEDING AND CURRENT ROW
        )
      )
      SELECT
        origin,
        dest,
        landed_at,
        mean_delay
      FROM recent
      WHERE
        n >= 3
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_thin_route_trend AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "origin", "dest", __fc_event ORDER BY "mean_delay" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_route_trend
  ) AS ranked
  WHERE __fc_place = 1
),
__fc_thin_flights_seen AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "origin", "dest", __fc_event ORDER BY "delay" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_flights_seen
  ) AS ranked
  WHERE __fc_place = 1
)
SELECT
  __fc_spine."origin",
  __fc_spine."dest",
  __fc_spine."event_timestamp",
  "route_trend"."mean_delay" AS "route_trend__mean_delay",
  "flights_seen"."delay" AS "flights_seen__delay"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_route_trend AS "route_trend"
  ON "route_trend"."origin" = __fc_spine."origin" AND "route_trend"."dest" = __fc_spine."dest" AND __fc_spine.__fc_time >= "route_trend".__fc_at
ASOF LEFT JOIN __fc_thin_flights_seen AS "flights_seen"
  ON "flights_seen"."origin" = __fc_spine."origin" AND "flights_seen"."dest" = __fc_spine."dest" AND __fc_spine.__fc_time >= "flights_seen".__fc_at
ORDER BY __fc_spine.__fc_row
