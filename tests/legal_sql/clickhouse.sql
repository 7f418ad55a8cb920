-- start of a bucket
SELECT user_id, toStartOfInterval(ts, INTERVAL 15 MINUTE) AS event_ts, count() AS n FROM events GROUP BY user_id, event_ts;
-- alias anywhere
SELECT user_id, toStartOfHour(ts) AS event_ts, amount * 2 AS a, a + 1 AS b FROM events WHERE b > 1 AND event_ts > '2024-01-01';
-- array join
SELECT user_id, ts AS event_ts, tag FROM events ARRAY JOIN tags AS tag;
-- array join without alias
SELECT user_id, ts AS event_ts, tags FROM events ARRAY JOIN tags;
-- left array join of two
SELECT user_id, ts AS event_ts, tag, i FROM events LEFT ARRAY JOIN tags AS tag, arrayEnumerate(tags) AS i;
-- arrayJoin function
SELECT user_id, ts AS event_ts, arrayJoin(tags) AS tag FROM events;
-- asof left join
SELECT e.user_id, e.ts AS event_ts, p.price FROM events AS e ASOF LEFT JOIN prices AS p ON e.kind = p.kind AND e.ts >= p.published;
-- left asof join
SELECT e.user_id, e.ts AS event_ts, p.price FROM events AS e LEFT ASOF JOIN prices AS p ON e.kind = p.kind AND e.ts >= p.published;
-- asof using
SELECT e.user_id, ts AS event_ts, p.price FROM events AS e ASOF JOIN (SELECT kind, published AS ts, price FROM prices) AS p USING (kind, ts);
-- any join
SELECT e.user_id, e.ts AS event_ts, u.country FROM events AS e ANY LEFT JOIN users AS u ON u.user_id = e.user_id;
-- any join using
SELECT user_id, ts AS event_ts, country FROM events ANY LEFT JOIN users USING user_id;
-- semi and anti
SELECT e.user_id, e.ts AS event_ts FROM events AS e LEFT SEMI JOIN users AS u ON u.user_id = e.user_id;
-- global in
SELECT user_id, ts AS event_ts FROM events WHERE user_id GLOBAL IN (SELECT user_id FROM users);
-- in a table
SELECT user_id, ts AS event_ts FROM events WHERE kind IN (SELECT kind FROM prices);
-- final, prewhere, sample
SELECT user_id, ts AS event_ts FROM events FINAL PREWHERE amount > 1 WHERE kind = 'a';
-- limit by
SELECT user_id, ts AS event_ts FROM events ORDER BY ts DESC LIMIT 1 BY user_id;
-- with scalar
WITH (SELECT max(price) FROM prices) AS top, 5 AS n SELECT user_id, ts AS event_ts, amount / top AS share, n AS five FROM events;
-- with expression of the row
WITH amount * 2 AS doubled SELECT user_id, ts AS event_ts, doubled + 1 AS d FROM events;
-- with cte
WITH e AS (SELECT user_id, ts FROM events) SELECT user_id, ts AS event_ts FROM e;
-- arg max
SELECT user_id, max(ts) AS event_ts, argMax(amount, ts) AS a, argMin(kind, ts) AS k, anyLast(kind) AS l FROM events GROUP BY user_id;
-- time of arg max
SELECT user_id, argMax(ts, amount) AS event_ts FROM events GROUP BY user_id;
-- combinators
SELECT user_id, maxIf(ts, amount > 0) AS event_ts, sumIf(amount, kind = 'a') AS s, countIf(amount > 1) AS c, uniqExactIf(kind, amount > 1) AS u, avgOrNull(amount) AS o FROM events GROUP BY user_id;
-- parametric
SELECT user_id, max(ts) AS event_ts, quantile(0.5)(amount) AS q, quantiles(0.1, 0.9)(amount) AS qs, topK(3)(kind) AS t, groupArray(5)(kind) AS g, windowFunnel(3600)(ts, kind = 'a', kind = 'b') AS f FROM events GROUP BY user_id;
-- uniq
SELECT user_id, max(ts) AS event_ts, uniq(kind) AS u, uniqExact(kind) AS x, groupUniqArray(kind) AS g FROM events GROUP BY user_id;
-- lagInFrame
SELECT user_id, ts AS event_ts, lagInFrame(amount) OVER (PARTITION BY user_id ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS l, leadInFrame(amount, 1) OVER (PARTITION BY user_id ORDER BY ts ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS n FROM events;
-- neighbor and running
SELECT user_id, ts AS event_ts, neighbor(amount, -1) AS p, runningAccumulate(s) AS r FROM (SELECT user_id, ts, amount, sumState(amount) AS s FROM events GROUP BY user_id, ts, amount ORDER BY user_id, ts);
-- window range in seconds
SELECT user_id, ts AS event_ts, sum(amount) OVER (PARTITION BY user_id ORDER BY toUnixTimestamp(ts) RANGE BETWEEN 3600 PRECEDING AND CURRENT ROW) AS s FROM events;
-- named window
SELECT user_id, ts AS event_ts, sum(amount) OVER w AS s FROM events WINDOW w AS (PARTITION BY user_id ORDER BY ts ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW);
-- date functions
SELECT user_id, toStartOfDay(ts) + INTERVAL 1 DAY AS event_ts, dateDiff('day', ts, now()) AS d, toDate(ts) AS dd, toYYYYMM(ts) AS y, toDayOfWeek(ts) AS w, formatDateTime(ts, '%Y') AS f FROM events;
-- addDays
SELECT user_id, addDays(toStartOfMonth(ts), 1) AS event_ts, subtractHours(ts, 2) AS s, toMonday(ts) AS m, date_trunc('day', ts) AS t FROM events;
-- plus seconds
SELECT user_id, ts + 3600 AS event_ts FROM events;
-- toDateTime
SELECT user_id, toDateTime(toDate(ts)) AS event_ts FROM events;
-- toDateTime with zone
SELECT user_id, toTimeZone(ts, 'America/New_York') AS event_ts, toDateTime64(ts, 3, 'UTC') AS d FROM events;
-- parse
SELECT user_id, parseDateTimeBestEffort(kind) AS event_ts FROM events;
-- from unix
SELECT user_id, fromUnixTimestamp(toUnixTimestamp(ts)) AS event_ts FROM events;
-- date_add and dateAdd
SELECT user_id, date_add(DAY, 1, ts) AS event_ts, dateAdd(HOUR, 1, ts) AS h, dateSub(MINUTE, 5, ts) AS m FROM events;
-- if, multiIf
SELECT user_id, if(amount > 1, ts, ts) AS event_ts, multiIf(amount > 1, 'a', amount > 2, 'b', 'c') AS m, ifNull(kind, '') AS i, nullIf(amount, 0) AS n, ts ? 1 : 0 AS t FROM events;
-- ternary
SELECT user_id, ts AS event_ts, amount > 1 ? 'big' : 'small' AS size FROM events;
-- higher-order
SELECT user_id, ts AS event_ts, arrayMap(x -> concat(x, kind), tags) AS m, arrayFilter((x, i) -> i > 1, tags, arrayEnumerate(tags)) AS f, arraySum(arrayMap(x -> length(x), tags)) AS s, arrayExists(x -> x = 'a', tags) AS e FROM events;
-- tuples
SELECT user_id, ts AS event_ts, tuple(amount, qty).1 AS a, (amount, qty) AS t, tupleElement(info, 'a') AS b, info.a AS c FROM events;
-- time in a tuple
SELECT user_id, t AS event_ts FROM (SELECT user_id, max(ts) AS t FROM events GROUP BY user_id);
-- maps and json
SELECT user_id, ts AS event_ts, map('a', amount)['a'] AS m, JSONExtractString(kind, 'a') AS j, JSONExtract(kind, 'b', 'Int64') AS i FROM events;
-- except and replace
SELECT * EXCEPT (ts), ts AS event_ts FROM events;
-- replace
SELECT * EXCEPT ts REPLACE (amount * 2 AS amount), ts AS event_ts FROM events;
-- columns
SELECT user_id, ts AS event_ts, COLUMNS('am.*') FROM events;
-- numbers
SELECT u.user_id, addDays(u.signup, n.number) AS event_ts FROM users AS u CROSS JOIN numbers(10) AS n;
-- union distinct
SELECT user_id, ts AS event_ts FROM events UNION DISTINCT SELECT user_id, signup FROM users;
-- distinct on
SELECT DISTINCT ON (user_id) user_id, ts AS event_ts FROM events ORDER BY user_id, ts DESC;
-- with fill
SELECT user_id, toStartOfDay(ts) AS event_ts, count() AS n FROM events GROUP BY user_id, event_ts ORDER BY event_ts WITH FILL STEP 86400;
-- with totals, rollup
SELECT user_id, max(ts) AS event_ts, count() AS n FROM events GROUP BY user_id WITH TOTALS;
-- settings
SELECT user_id, ts AS event_ts FROM events SETTINGS join_use_nulls = 1;
-- qualify
SELECT user_id, ts AS event_ts FROM events QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY ts) = 1;
-- ambiguous columns mean the left table
SELECT user_id, ts AS event_ts FROM events AS e LEFT JOIN users AS u ON u.user_id = e.user_id;
-- recursive
WITH RECURSIVE walk AS (SELECT user_id, ts, 1 AS n FROM events UNION ALL SELECT user_id, ts + INTERVAL 1 DAY, n + 1 FROM walk WHERE n < 3) SELECT user_id, ts AS event_ts FROM walk;
-- casts
SELECT user_id, CAST(ts AS DateTime('UTC')) AS event_ts, CAST(amount, 'Int64') AS a, qty::String AS q, toInt32(amount) AS i, toFloat64(qty) AS f FROM events;
-- clocks
SELECT user_id, ts AS event_ts, now() AS a, today() AS b, yesterday() AS c, now64() AS d, current_timestamp AS e, rand() AS r, generateUUIDv4() AS g FROM events;
-- group by tuple and grouping sets
SELECT user_id, max(ts) AS event_ts, kind FROM events GROUP BY GROUPING SETS ((user_id, kind), (user_id));
-- having and order by alias
SELECT user_id, max(ts) AS event_ts, count() AS n FROM events GROUP BY user_id HAVING n > 1 ORDER BY n DESC;
-- dictGet
SELECT user_id, ts AS event_ts, dictGet('d', 'a', user_id) AS d, dictGetOrDefault('d', 'a', user_id, 0) AS e FROM events;
-- tumble
SELECT user_id, tumbleEnd(ts, INTERVAL 1 DAY) AS event_ts, max(amount) AS m FROM events GROUP BY user_id, tumbleEnd(ts, INTERVAL 1 DAY);
