-- features/clicks.sql
-- build of view clicks, features/clicks.sql
-- compiled by featurec for duckdb; fingerprint 888a9172
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "user_id",
    "at",
    "page",
    "country",
    author."at" AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    author."at" AS __fc_available
  FROM (
    SELECT
      c.user_id,
      c."at",
      c.page,
      u.country
    FROM READ_CSV(
      'data/clicks.csv',
      header = TRUE,
      nullstr = ['', '\N'],
      allow_quoted_nulls = FALSE,
      "columns" = {'user_id': 'bigint', 'at': 'timestamptz', 'page': 'varchar'}
    ) AS c
    LEFT JOIN READ_PARQUET('data/users.parquet') AS u
      USING (user_id)
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL
