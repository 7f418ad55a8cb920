-- qualify
SELECT user_id, ts AS event_ts FROM events QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY ts DESC) = 1;
-- exclude and rename
SELECT * EXCLUDE (ts, amount) RENAME (kind AS sort), ts AS event_ts FROM events;
-- exclude one
SELECT e.* EXCLUDE ts, e.ts AS event_ts FROM events e;
-- replace
SELECT * EXCLUDE ts REPLACE (amount * 2 AS amount), ts AS event_ts FROM events;
-- asof join
SELECT e.user_id, e.ts AS event_ts, p.price FROM events e ASOF JOIN prices p MATCH_CONDITION (e.ts >= p.published) ON e.kind = p.kind;
-- asof join using
SELECT e.user_id, e.ts AS event_ts, p.price FROM events e ASOF JOIN prices p MATCH_CONDITION (e.ts >= p.published) USING (kind);
-- asof join without keys
SELECT e.user_id, e.ts AS event_ts, p.price FROM events e ASOF JOIN prices p MATCH_CONDITION (e.ts > p.published);
-- flatten
SELECT e.user_id, e.ts AS event_ts, f.value AS tag, f.index AS i FROM events e, LATERAL FLATTEN(input => e.tags) f;
-- flatten without alias
SELECT user_id, ts AS event_ts, value AS tag FROM events, LATERAL FLATTEN(input => tags);
-- table flatten
SELECT e.user_id, e.ts AS event_ts, f.value::varchar AS tag FROM events e, TABLE(FLATTEN(e.tags, outer => true)) f;
-- path of a variant
SELECT user_id, ts AS event_ts, payload:a.b::int AS b, payload['c']::string AS c, payload:items[0]:sku AS s FROM events;
-- time from a variant
SELECT user_id, payload:when::timestamp_ntz AS event_ts FROM events;
-- generator
SELECT u.user_id, DATEADD(day, g.n, u.signup) AS event_ts FROM users u CROSS JOIN (SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1 AS n FROM TABLE(GENERATOR(ROWCOUNT => 30))) g;
-- dateadd, datediff, date_trunc
SELECT user_id, DATEADD(hour, 1, DATE_TRUNC('day', ts)) AS event_ts, DATEDIFF(day, signup_at, ts) AS d FROM (SELECT e.user_id, e.ts, u.signup AS signup_at FROM events e JOIN users u ON u.user_id = e.user_id);
-- date_trunc with a bare unit
SELECT user_id, DATE_TRUNC(month, ts) AS event_ts, TIMESTAMPDIFF(second, ts, ts) AS d, DATE_PART(hour, ts) AS h FROM events;
-- time slice
SELECT user_id, TIME_SLICE(ts, 15, 'MINUTE', 'END') AS event_ts FROM events;
-- convert_timezone
SELECT user_id, CONVERT_TIMEZONE('UTC', 'America/New_York', ts) AS event_ts FROM events;
-- to_timestamp
SELECT user_id, TO_TIMESTAMP_NTZ(ts) AS event_ts, TO_DATE(ts) AS d, TRY_TO_TIMESTAMP(kind) AS t FROM events;
-- last day and add months
SELECT user_id, ADD_MONTHS(LAST_DAY(day), 1) AS event_ts FROM events;
-- iff, nvl, zeroifnull, decode
SELECT user_id, IFF(amount > 1, ts, ts) AS event_ts, NVL(kind, 'x') AS k, ZEROIFNULL(amount) AS z, DECODE(kind, 'a', 1, 0) AS d FROM events;
-- listagg, array_agg
SELECT user_id, MAX(ts) AS event_ts, LISTAGG(kind, ',') WITHIN GROUP (ORDER BY ts) AS l, ARRAY_AGG(kind) WITHIN GROUP (ORDER BY ts DESC) AS a FROM events GROUP BY user_id;
-- windows
SELECT user_id, ts AS event_ts, RATIO_TO_REPORT(amount) OVER (PARTITION BY user_id) AS r, LAG(amount, 1, 0) IGNORE NULLS OVER (PARTITION BY user_id ORDER BY ts) AS l, CONDITIONAL_TRUE_EVENT(amount > 1) OVER (PARTITION BY user_id ORDER BY ts) AS c FROM events;
-- range interval
SELECT user_id, ts AS event_ts, SUM(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) AS s FROM events;
-- alias reuse
SELECT user_id, ts AS event_ts, amount * 2 AS a, a + 1 AS b FROM events WHERE b > 3;
-- group by all
SELECT user_id, DATE_TRUNC('day', ts) AS event_ts, COUNT(*) AS n FROM events GROUP BY ALL;
-- group by alias
SELECT user_id, DATE_TRUNC('day', ts) AS event_ts, COUNT(*) AS n FROM events GROUP BY user_id, event_ts HAVING n > 1;
-- pivot
SELECT * FROM (SELECT user_id, ts AS event_ts, kind, amount FROM events) PIVOT (SUM(amount) FOR kind IN ('a', 'b')) AS p;
-- unpivot
SELECT user_id, event_ts, name, v FROM (SELECT user_id, ts AS event_ts, amount, CAST(qty AS double) AS qty FROM events) UNPIVOT (v FOR name IN (amount, qty));
-- match_recognize
SELECT user_id, event_ts FROM events MATCH_RECOGNIZE (PARTITION BY user_id ORDER BY ts MEASURES LAST(ts) AS event_ts ONE ROW PER MATCH PATTERN (a b+) DEFINE a AS amount < 1, b AS amount >= 1);
-- recursive without the keyword
WITH walk AS (SELECT user_id, ts, 1 AS n FROM events UNION ALL SELECT user_id, DATEADD(day, 1, ts), n + 1 FROM walk WHERE n < 3) SELECT user_id, ts AS event_ts, n FROM walk;
-- recursive
WITH RECURSIVE walk (user_id, t) AS (SELECT user_id, ts FROM events UNION ALL SELECT user_id, DATEADD(day, 1, t) FROM walk WHERE t < '2024-01-01') SELECT user_id, t AS event_ts FROM walk;
-- values
SELECT column1 AS user_id, column2 AS event_ts FROM VALUES (1, '2024-01-01'::timestamp), (2, '2024-01-02'::timestamp);
-- values with names
SELECT v.id AS user_id, v.t AS event_ts FROM (VALUES (1, '2024-01-01'::timestamp)) AS v (id, t);
-- quoted names
SELECT "USER_ID" AS user_id, "EVENTS"."TS" AS event_ts FROM events;
-- lateral
SELECT e.user_id, e.ts AS event_ts, l.price FROM events e, LATERAL (SELECT MAX(p.price) AS price FROM prices p WHERE p.kind = e.kind) l;
-- left outer lateral
SELECT e.user_id, e.ts AS event_ts, l.price FROM events e LEFT OUTER JOIN LATERAL (SELECT MAX(p.price) AS price FROM prices p WHERE p.kind = e.kind) l;
-- semi structured construct
SELECT user_id, ts AS event_ts, OBJECT_CONSTRUCT('a', amount) AS o, ARRAY_CONSTRUCT(amount, qty) AS a, OBJECT_CONSTRUCT(*) AS every FROM events;
-- higher order
SELECT user_id, ts AS event_ts, FILTER(tags, x -> x <> kind) AS f, TRANSFORM(tags, x VARCHAR -> UPPER(x)) AS t FROM events;
-- sample, time travel
SELECT user_id, ts AS event_ts FROM events SAMPLE (10);
-- max_by and any_value
SELECT user_id, MAX_BY(ts, amount) AS event_ts, MIN_BY(kind, ts) AS k, ANY_VALUE(kind) AS v, APPROX_PERCENTILE(amount, 0.5) AS p FROM events GROUP BY user_id;
-- clocks
SELECT user_id, ts AS event_ts, CURRENT_TIMESTAMP AS a, CURRENT_TIMESTAMP() AS b, SYSDATE() AS c, CURRENT_DATE AS d, GETDATE() AS e FROM events;
-- natural join and using
SELECT user_id, ts AS event_ts, country FROM events JOIN users USING (user_id);
-- top
SELECT TOP 5 user_id, ts AS event_ts FROM events ORDER BY ts;
-- boolean aggregates
SELECT user_id, MAX(ts) AS event_ts, BOOLOR_AGG(amount > 1) AS b, COUNT_IF(amount > 1) AS c, SUM(IFF(kind = 'a', 1, 0)) AS s FROM events GROUP BY user_id;
-- trunc of a time
SELECT user_id, TRUNC(ts, 'day') AS event_ts FROM events;
