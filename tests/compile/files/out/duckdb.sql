-- features/clicks.sql
-- build of view clicks, features/clicks.sql
-- compiled by featurec for duckdb; fingerprint af870881
SELECT
  *,
  __fc_available AS __fc_at
FROM (
  SELECT
    "user_id",
    "at",
    "page",
    "country",
    "age",
    author."at" AS __fc_event,
    CAST(NULL AS TIMESTAMPTZ) AS __fc_created,
    author."at" AS __fc_available
  FROM (
    SELECT
      c.user_id,
      c."at",
      c.page,
      u.country,
      c."at" - u.joined AS age
    FROM READ_CSV(
      'data/clicks.csv',
      header = TRUE,
      nullstr = ['', '\N'],
      allow_quoted_nulls = FALSE,
      "columns" = {'user_id': 'bigint', 'at': 'timestamptz', 'page': 'varchar'}
    ) AS c
    LEFT JOIN (
      SELECT
        *
        REPLACE (CAST("joined" AS TIMESTAMPTZ) AS "joined")
      FROM READ_PARQUET('data/users.parquet')
    ) AS u
      USING (user_id)
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL
