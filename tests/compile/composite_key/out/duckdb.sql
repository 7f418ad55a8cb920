-- features/route_delay.sql
-- build of view route_delay, features/route_delay.sql
-- compiled by featurec for duckdb; fingerprint 6fe619e1
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

-- services/delays.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint 6fe619e1
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
__fc_rows_route_delay AS (
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
__fc_thin_route_delay AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "origin", "dest", __fc_event ORDER BY "delay" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_route_delay
  ) AS ranked
  WHERE __fc_place = 1
)
SELECT
  __fc_spine."origin",
  __fc_spine."dest",
  __fc_spine."event_timestamp",
  CASE WHEN "route_delay".__fc_event >= __fc_spine.__fc_time - INTERVAL '86400 seconds' THEN "route_delay"."delay" END AS "route_delay__delay"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_route_delay AS "route_delay"
  ON "route_delay"."origin" = __fc_spine."origin" AND "route_delay"."dest" = __fc_spine."dest" AND __fc_spine.__fc_time >= "route_delay".__fc_at
ORDER BY __fc_spine.__fc_row
