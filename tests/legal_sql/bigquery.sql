-- except and replace
SELECT * EXCEPT (ts), ts AS event_ts FROM events;
-- replace
SELECT * EXCEPT (ts) REPLACE (amount * 2 AS amount), ts AS event_ts FROM events;
-- unnest with offset
SELECT e.user_id, e.ts AS event_ts, tag, pos FROM events AS e, UNNEST(e.tags) AS tag WITH OFFSET AS pos;
-- unnest of structs
SELECT e.user_id, e.ts AS event_ts, item.sku, item.price FROM events AS e, UNNEST(e.items) AS item;
-- correlated array join
SELECT e.user_id, e.ts AS event_ts, item.sku FROM events AS e, e.items AS item;
-- left join unnest
SELECT e.user_id, e.ts AS event_ts, tag FROM events AS e LEFT JOIN UNNEST(e.tags) AS tag;
-- unnest in a subquery
SELECT user_id, ts AS event_ts, (SELECT COUNT(*) FROM UNNEST(tags) AS t WHERE t = kind) AS n, EXISTS (SELECT 1 FROM UNNEST(items) WHERE sku = 'x') AS x FROM events;
-- in unnest
SELECT user_id, ts AS event_ts, 'x' IN UNNEST(tags) AS has_x FROM events;
-- array subquery
SELECT user_id, ts AS event_ts, ARRAY(SELECT UPPER(t) FROM UNNEST(tags) AS t ORDER BY t) AS u, tags[OFFSET(0)] AS f, tags[SAFE_ORDINAL(1)] AS g FROM events;
-- generate arrays
SELECT u.user_id, TIMESTAMP(d) AS event_ts FROM users AS u, UNNEST(GENERATE_DATE_ARRAY(DATE '2024-01-01', DATE '2024-02-01', INTERVAL 1 DAY)) AS d;
-- generate timestamps
SELECT u.user_id, t AS event_ts FROM users AS u CROSS JOIN UNNEST(GENERATE_TIMESTAMP_ARRAY(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', INTERVAL 1 HOUR)) AS t;
-- struct
SELECT user_id, ts AS event_ts, STRUCT(amount AS a, qty AS b) AS s, STRUCT<x INT64, y STRING>(1, 'a').y AS y, info.a AS ia FROM events;
-- select as struct
SELECT e.user_id, e.ts AS event_ts, (SELECT AS STRUCT p.price, p.published FROM prices AS p WHERE p.kind = e.kind ORDER BY p.published DESC LIMIT 1).price AS price FROM events AS e;
-- array agg of structs
SELECT user_id, MAX(ts) AS event_ts, ARRAY_AGG(STRUCT(ts, amount) ORDER BY ts DESC LIMIT 5) AS last5, ARRAY_AGG(kind IGNORE NULLS ORDER BY ts LIMIT 1)[OFFSET(0)] AS k FROM events GROUP BY user_id;
-- time from array_agg
SELECT user_id, ARRAY_AGG(ts ORDER BY ts DESC LIMIT 1)[OFFSET(0)] AS event_ts FROM events GROUP BY user_id;
-- any value having
SELECT user_id, MAX(ts) AS event_ts, ANY_VALUE(kind HAVING MAX ts) AS k, MAX_BY(amount, ts) AS a FROM events GROUP BY user_id;
-- qualify
SELECT user_id, ts AS event_ts FROM events QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY ts DESC) = 1;
-- qualify with named window
SELECT user_id, ts AS event_ts, RANK() OVER w AS r FROM events WHERE TRUE QUALIFY r = 1 WINDOW w AS (PARTITION BY user_id ORDER BY ts);
-- group by all, rollup
SELECT user_id, TIMESTAMP_TRUNC(ts, DAY) AS event_ts, COUNT(*) AS n FROM events GROUP BY ALL;
-- group by alias
SELECT user_id, DATE_TRUNC(day, MONTH) AS event_ts, COUNT(*) AS n FROM events GROUP BY user_id, event_ts HAVING n > 1;
-- time functions
SELECT user_id, TIMESTAMP_ADD(TIMESTAMP_TRUNC(ts, HOUR), INTERVAL 1 HOUR) AS event_ts, TIMESTAMP_DIFF(ts, ts, SECOND) AS d, DATE_DIFF(day, DATE(ts), DAY) AS dd, EXTRACT(DAYOFWEEK FROM ts) AS w, FORMAT_TIMESTAMP('%Y', ts) AS y FROM events;
-- date functions
SELECT user_id, DATE_ADD(LAST_DAY(day, MONTH), INTERVAL 1 DAY) AS event_ts FROM events;
-- datetime
SELECT user_id, DATETIME_TRUNC(DATETIME(ts, 'America/New_York'), DAY) AS event_ts FROM events;
-- timestamp of a date
SELECT user_id, TIMESTAMP(DATE_ADD(DATE(ts), INTERVAL 1 DAY)) AS event_ts FROM events;
-- extract date
SELECT user_id, EXTRACT(DATE FROM ts AT TIME ZONE 'UTC') AS event_ts FROM events;
-- seconds and parse
SELECT user_id, TIMESTAMP_SECONDS(UNIX_SECONDS(ts)) AS event_ts, PARSE_TIMESTAMP('%Y', kind) AS p, SAFE.PARSE_DATE('%Y', kind) AS q FROM events;
-- bucket
SELECT user_id, TIMESTAMP_BUCKET(ts, INTERVAL 6 HOUR) AS event_ts FROM events;
-- range window over unix seconds
SELECT user_id, ts AS event_ts, SUM(amount) OVER (PARTITION BY user_id ORDER BY UNIX_SECONDS(ts) RANGE BETWEEN 3600 PRECEDING AND CURRENT ROW) AS s FROM events;
-- backquoted names
SELECT `user_id`, `e`.`ts` AS `event_ts` FROM `raw.events` AS e;
-- backquoted parts
SELECT user_id, ts AS event_ts FROM `raw`.`events`;
-- names in other case
SELECT USER_ID, Ts AS EVENT_TS FROM events;
-- using
SELECT user_id, e.ts AS event_ts, u.country FROM events AS e LEFT JOIN users AS u USING (user_id);
-- correlated
SELECT e.user_id, e.ts AS event_ts, (SELECT MAX(p.price) FROM prices p WHERE p.kind = e.kind AND p.published < e.ts) AS best FROM events AS e;
-- pivot
SELECT * FROM (SELECT user_id, ts AS event_ts, kind, amount FROM events) PIVOT (SUM(amount) AS total FOR kind IN ('a' AS a, 'b' AS b));
-- unpivot
SELECT user_id, event_ts, name, v FROM (SELECT user_id, ts AS event_ts, amount, CAST(qty AS FLOAT64) AS qty FROM events) UNPIVOT (v FOR name IN (amount, qty));
-- recursive
WITH RECURSIVE walk AS (SELECT user_id, ts, 1 AS n FROM events UNION ALL SELECT user_id, TIMESTAMP_ADD(ts, INTERVAL 1 DAY), n + 1 FROM walk WHERE n < 3) SELECT user_id, ts AS event_ts, n FROM walk;
-- union distinct
SELECT user_id, ts AS event_ts FROM events UNION DISTINCT SELECT user_id, signup FROM users;
-- except distinct
SELECT user_id, ts AS event_ts FROM events EXCEPT DISTINCT SELECT user_id, signup FROM users;
-- if, ifnull, safe functions
SELECT user_id, IF(amount > 1, ts, ts) AS event_ts, IFNULL(kind, 'x') AS k, SAFE_DIVIDE(amount, qty) AS s, SAFE_CAST(kind AS INT64) AS c, COUNTIF(amount > 1) OVER (PARTITION BY user_id ORDER BY ts) AS n FROM events;
-- json
SELECT user_id, ts AS event_ts, JSON_VALUE(payload, '$.a') AS a, payload.b.c AS c, LAX_INT64(payload.d) AS d FROM events;
-- whole row
SELECT e.user_id, e.ts AS event_ts, TO_JSON_STRING(e) AS j FROM events AS e;
-- clocks
SELECT user_id, ts AS event_ts, CURRENT_TIMESTAMP() AS a, CURRENT_DATE AS b, CURRENT_DATETIME('UTC') AS c, RAND() AS r, GENERATE_UUID() AS g FROM events;
-- approximate and hashes
SELECT user_id, MAX(ts) AS event_ts, APPROX_QUANTILES(amount, 100)[OFFSET(50)] AS m, APPROX_COUNT_DISTINCT(kind) AS k, FARM_FINGERPRINT(ANY_VALUE(kind)) AS f FROM events GROUP BY user_id;
-- sample
SELECT user_id, ts AS event_ts FROM events TABLESAMPLE SYSTEM (10 PERCENT);
-- interval of a column
SELECT user_id, TIMESTAMP_ADD(ts, INTERVAL qty DAY) AS event_ts, ts + INTERVAL 1 DAY AS t FROM events;
-- struct star
SELECT user_id, ts AS event_ts, info.* FROM events;
