-- features/weather.sql
-- build of view weather, features/weather.sql
-- compiled by featurec for duckdb; fingerprint a9afd701
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "airport",
    "hour",
    "temp",
    "wind speed",
    (author."hour" AT TIME ZONE 'America/New_York') AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    (author."hour" AT TIME ZONE 'America/New_York') AS __fc_available
  FROM (
    SELECT
      airport,
      hour,
      temp,
      "wind speed"
    FROM "raw"."weather" AS weather
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL

-- services/flights.sql
-- training set on spine
-- compiled by featurec for duckdb; fingerprint a9afd701
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
__fc_rows_weather AS (
  SELECT
    *,
    __fc_available AS __fc_at
  FROM (
    SELECT
      "airport",
      "hour",
      "temp",
      "wind speed",
      (author."hour" AT TIME ZONE 'America/New_York') AS __fc_event,
      CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
      (author."hour" AT TIME ZONE 'America/New_York') AS __fc_available
    FROM (
      SELECT
        airport,
        hour,
        temp,
        "wind speed"
      FROM "raw"."weather" AS weather
    ) AS author
  ) AS stamped
  WHERE __fc_event IS NOT NULL
),
__fc_thin_weather AS (
  SELECT *
  FROM (
    SELECT
      *,
      row_number() OVER (PARTITION BY "airport", __fc_event ORDER BY "hour" DESC NULLS FIRST, "temp" DESC NULLS FIRST, "wind speed" DESC NULLS FIRST) AS __fc_place
    FROM __fc_rows_weather
  ) AS ranked
  WHERE __fc_place = 1
)
SELECT
  __fc_spine."origin",
  __fc_spine."dest",
  __fc_spine."event_timestamp",
  "origin_weather"."temp" AS "origin_weather__temp",
  COALESCE("dest_weather"."wind speed", 0) AS "dest_weather__wind speed"
FROM __fc_spine
ASOF LEFT JOIN __fc_thin_weather AS "origin_weather"
  ON "origin_weather"."airport" = __fc_spine."origin" AND __fc_spine.__fc_time >= "origin_weather".__fc_at
ASOF LEFT JOIN __fc_thin_weather AS "dest_weather"
  ON "dest_weather"."airport" = __fc_spine."dest" AND __fc_spine.__fc_time >= "dest_weather".__fc_at
ORDER BY __fc_spine.__fc_row
