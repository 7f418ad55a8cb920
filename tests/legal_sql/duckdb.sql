-- FROM first
FROM events SELECT user_id, ts AS event_ts;
-- FROM alone
FROM (SELECT user_id, ts AS event_ts FROM events);
-- star exclude
SELECT * EXCLUDE (ts, payload), ts AS event_ts FROM events;
-- star replace
SELECT * EXCLUDE (ts) REPLACE (amount * 2 AS amount), ts AS event_ts FROM events;
-- star rename
SELECT * RENAME (ts AS event_ts) FROM events;
-- star of one table and columns of another
SELECT e.*, e.ts AS event_ts, u.country FROM events e JOIN users u ON u.user_id = e.user_id;
-- columns regex
SELECT COLUMNS('user_id|amount'), ts AS event_ts FROM events;
-- columns star inside a function
SELECT user_id, ts AS event_ts, max(COLUMNS(* EXCLUDE (user_id, ts))) FROM events GROUP BY ALL;
-- columns lambda
SELECT user_id, ts AS event_ts, COLUMNS(c -> c LIKE 'a%') FROM events;
-- group by all, order by all
SELECT user_id, ts AS event_ts, sum(amount) AS total FROM events GROUP BY ALL ORDER BY ALL;
-- group by alias
SELECT user_id, date_trunc('day', ts) AS event_ts, count(*) AS n FROM events GROUP BY user_id, event_ts;
-- having alias
SELECT user_id, max(ts) AS event_ts, count(*) AS n FROM events GROUP BY user_id HAVING n > 1;
-- alias in where
SELECT user_id, ts AS event_ts, amount * 2 AS double_amount FROM events WHERE double_amount > 3;
-- alias in the select list
SELECT user_id, ts AS event_ts, amount * 2 AS a, a + 1 AS b FROM events;
-- prefix alias
SELECT user_id, event_ts: ts, total: amount + qty FROM events;
-- qualify with a named window
SELECT user_id, ts AS event_ts FROM events QUALIFY row_number() OVER w = 1 WINDOW w AS (PARTITION BY user_id ORDER BY ts);
-- qualify with an alias
SELECT user_id, ts AS event_ts, row_number() OVER (PARTITION BY user_id, ts ORDER BY amount) AS rn FROM events QUALIFY rn = 1;
-- window that extends another
SELECT user_id, ts AS event_ts, sum(amount) OVER (w ROWS UNBOUNDED PRECEDING) AS s FROM events WINDOW w AS (PARTITION BY user_id ORDER BY ts);
-- range frame
SELECT user_id, ts AS event_ts, avg(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS a FROM events;
-- filter and order in aggregates
SELECT user_id, max(ts) AS event_ts, sum(amount) FILTER (WHERE kind = 'a') AS s, list(kind ORDER BY ts DESC) AS kinds, first(kind ORDER BY ts) AS k FROM events GROUP BY user_id;
-- arg max
SELECT user_id, max(ts) AS event_ts, arg_max(amount, ts) AS last_amount, max_by(kind, ts) AS k FROM events GROUP BY user_id;
-- time from arg_max
SELECT user_id, arg_max(ts, amount) AS event_ts FROM events GROUP BY user_id;
-- asof join
SELECT e.user_id, e.ts AS event_ts, p.price FROM events e ASOF JOIN prices p ON e.kind = p.kind AND e.ts >= p.published;
-- asof join using
SELECT e.user_id, ts AS event_ts, p.price FROM events e ASOF LEFT JOIN (SELECT kind, published AS ts, price FROM prices) p USING (kind, ts);
-- asof join using with a star
SELECT * EXCLUDE (ts), ts AS event_ts FROM events e ASOF LEFT JOIN (SELECT kind, published AS ts, price FROM prices) p USING (kind, ts);
-- natural join
SELECT user_id, ts AS event_ts, country FROM events NATURAL JOIN users;
-- using of three tables
SELECT user_id, e.ts AS event_ts, u.country FROM events e JOIN users u USING (user_id) LEFT JOIN users v USING (user_id);
-- semi and anti join
SELECT user_id, ts AS event_ts FROM events SEMI JOIN users USING (user_id) ANTI JOIN prices ON prices.kind = events.kind;
-- positional join
SELECT e.user_id, e.ts AS event_ts, u.country FROM events e POSITIONAL JOIN users u;
-- cross join unnest
SELECT e.user_id, e.ts AS event_ts, t.tag FROM events e CROSS JOIN unnest(e.tags) AS t(tag);
-- comma unnest without lateral
SELECT e.user_id, e.ts AS event_ts, tag FROM events e, unnest(e.tags) AS t(tag);
-- unnest of structs
SELECT e.user_id, e.ts AS event_ts, i.sku FROM events e, (SELECT unnest(e.items) AS i);
-- unnest in select
SELECT user_id, ts AS event_ts, unnest(tags) AS tag FROM events;
-- recursive unnest
SELECT user_id, event_ts, sku FROM (SELECT user_id, ts AS event_ts, unnest(items, recursive := true) FROM events);
-- struct access
SELECT user_id, ts AS event_ts, info.a AS a, info['b'] AS b, e.info.a AS c FROM events e;
-- struct star
SELECT user_id, ts AS event_ts, info.* FROM events;
-- struct literal
SELECT user_id, ts AS event_ts, {'a': amount, 'b': qty} AS s, struct_pack(x := amount) AS t, row(amount, qty) AS r FROM events;
-- time inside a struct
SELECT user_id, s.t AS event_ts FROM (SELECT user_id, {'t': ts} AS s FROM events);
-- list comprehension and lambda
SELECT user_id, ts AS event_ts, [x || '!' FOR x IN tags IF x <> ''] AS xs, list_transform(tags, x -> x || kind) AS ys, list_filter(items, i -> i.price > amount) AS zs FROM events;
-- lambda keyword
SELECT user_id, ts AS event_ts, list_transform(tags, lambda x : upper(x)) AS ys FROM events;
-- lateral
SELECT e.user_id, e.ts AS event_ts, l.price FROM events e LEFT JOIN LATERAL (SELECT p.price FROM prices p WHERE p.kind = e.kind AND p.published <= e.ts ORDER BY p.published DESC LIMIT 1) l ON true;
-- implicit lateral
SELECT e.user_id, e.ts AS event_ts, l.doubled FROM events e, (SELECT e.amount * 2 AS doubled) l;
-- correlated scalar subquery
SELECT e.user_id, e.ts AS event_ts, (SELECT max(p.price) FROM prices p WHERE p.published <= e.ts) AS best FROM events e;
-- correlated subquery without prefixes
SELECT user_id, ts AS event_ts, (SELECT max(price) FROM prices WHERE published <= ts) AS best FROM events;
-- subquery two levels up
SELECT e.user_id, e.ts AS event_ts, (SELECT count(*) FROM prices p WHERE EXISTS (SELECT 1 FROM users u WHERE u.user_id = e.user_id AND u.country = p.kind)) AS n FROM events e;
-- in, any, all
SELECT user_id, ts AS event_ts, kind IN (SELECT kind FROM prices) AS priced, amount > ALL (SELECT price FROM prices) AS above FROM events WHERE amount = ANY (SELECT price FROM prices);
-- tuple in
SELECT user_id, ts AS event_ts FROM events WHERE (kind, amount) IN (SELECT kind, price FROM prices);
-- union by name
SELECT user_id, ts AS event_ts, amount FROM events UNION ALL BY NAME SELECT signup AS event_ts, user_id FROM users;
-- union of three with order
(SELECT user_id, ts AS event_ts FROM events) UNION ALL (SELECT user_id, signup FROM users) UNION SELECT user_id, valid_to FROM users ORDER BY event_ts;
-- except and intersect
SELECT user_id, ts AS event_ts FROM events EXCEPT SELECT user_id, signup FROM users INTERSECT SELECT user_id, valid_to FROM users;
-- values
SELECT v.user_id, v.ts AS event_ts FROM (VALUES (1, TIMESTAMP '2024-01-01'), (2, TIMESTAMP '2024-01-02')) v(user_id, ts);
-- values joined
SELECT e.user_id, e.ts AS event_ts, v.weight FROM events e JOIN (VALUES ('a', 1), ('b', 2)) AS v(kind, weight) ON v.kind = e.kind;
-- generate_series
SELECT u.user_id, CAST(d.day AS timestamp) AS event_ts FROM users u CROSS JOIN generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-02-01', INTERVAL 1 DAY) AS d(day);
-- range without alias
SELECT u.user_id, u.signup + to_days(range::integer) AS event_ts FROM users u, range(10);
-- recursive
WITH RECURSIVE days(user_id, d) AS (SELECT user_id, min(ts) FROM events GROUP BY 1 UNION ALL SELECT user_id, d + INTERVAL 1 DAY FROM days WHERE d < TIMESTAMP '2024-03-01') SELECT user_id, d AS event_ts FROM days;
-- recursive without column list
WITH RECURSIVE walk AS (SELECT user_id, ts, 1 AS n FROM events UNION ALL SELECT w.user_id, w.ts, w.n + 1 FROM walk w WHERE w.n < 3) SELECT user_id, ts AS event_ts, n FROM walk;
-- cte that shadows its source
WITH events AS (SELECT * FROM events WHERE amount > 0) SELECT user_id, ts AS event_ts FROM events;
-- materialized cte
WITH e AS MATERIALIZED (SELECT * FROM events), f AS NOT MATERIALIZED (SELECT * FROM e) SELECT user_id, ts AS event_ts FROM f;
-- cte inside a subquery
SELECT * FROM (WITH e AS (SELECT user_id, ts AS event_ts FROM events) SELECT * FROM e) x;
-- cte with a column list
WITH e(a, b) AS (SELECT user_id, ts FROM events) SELECT a AS user_id, b AS event_ts FROM e;
-- alias with a column list on a table
SELECT e.a AS user_id, e.b AS event_ts FROM events AS e(a, b);
-- alias with a column list on a subquery
SELECT a AS user_id, b AS event_ts FROM (SELECT user_id, ts FROM events) AS e(a, b);
-- pivot
SELECT user_id, ts AS event_ts, a, b FROM (SELECT user_id, ts, kind, amount FROM events) PIVOT (sum(amount) FOR kind IN ('a', 'b'));
-- pivot statement in FROM
SELECT user_id, ts AS event_ts FROM (PIVOT (SELECT user_id, ts, kind, amount FROM events) ON kind IN ('a', 'b') USING sum(amount) GROUP BY user_id, ts);
-- unpivot
SELECT user_id, ts AS event_ts, name, value FROM (SELECT user_id, ts, amount, CAST(qty AS double) AS qty FROM events) UNPIVOT (value FOR name IN (amount, qty));
-- sample
SELECT user_id, ts AS event_ts FROM events USING SAMPLE 10%;
-- tablesample
SELECT user_id, ts AS event_ts FROM events TABLESAMPLE reservoir(10);
-- distinct on
SELECT DISTINCT ON (user_id) user_id, ts AS event_ts FROM events ORDER BY user_id, ts DESC;
-- distinct
SELECT DISTINCT user_id, ts AS event_ts FROM events;
-- order by position and limit
SELECT user_id, ts AS event_ts FROM events ORDER BY 2 DESC, amount LIMIT 10 OFFSET 2;
-- grouping sets
SELECT user_id, max(ts) AS event_ts, kind, grouping(kind) AS g FROM events GROUP BY GROUPING SETS ((user_id), (user_id, kind));
-- rollup and cube
SELECT user_id, max(ts) AS event_ts, kind FROM events GROUP BY user_id, ROLLUP (kind);
-- json
SELECT user_id, ts AS event_ts, payload->>'$.a' AS a, payload->'b' AS b, json_extract_string(payload, '$.c') AS c FROM events;
-- case, casts, dates
SELECT user_id, CASE WHEN amount > 1 THEN ts ELSE ts + INTERVAL 1 HOUR END AS event_ts, ts::date AS d, day - DATE '2020-01-01' AS n, extract(dow FROM ts) AS w, date_part('hour', ts) AS h, ts - INTERVAL (qty) DAY AS t FROM events;
-- time from a time zone
SELECT user_id, (at AT TIME ZONE 'UTC') AS event_ts FROM events;
-- timestamptz stamp
SELECT user_id, at AS event_ts FROM events;
-- date stamp
SELECT user_id, day AS event_ts FROM events;
-- time of many functions
SELECT user_id, greatest(ts, date_trunc('month', ts), time_bucket(INTERVAL '15 minutes', ts), coalesce(ts, TIMESTAMP '2020-01-01'), strptime(kind, '%Y'), make_timestamp(2020, 1, 1, 1, 1, 1.5)) AS event_ts FROM events;
-- last day
SELECT user_id, last_day(ts) + 1 AS event_ts FROM events;
-- epoch and back
SELECT user_id, to_timestamp(epoch(ts)) AS event_ts FROM events;
-- date_add
SELECT user_id, date_add(ts, INTERVAL 1 DAY) AS event_ts FROM events;
-- lag of time
SELECT user_id, coalesce(lag(ts) OVER (PARTITION BY user_id ORDER BY ts), ts) AS event_ts FROM events;
-- quoted names
SELECT "user_id", "ts" AS "event_ts", amount AS "with space", qty AS "été" FROM "events";
-- names in other case
SELECT USER_ID, Events.TS AS Event_TS FROM EVENTS;
-- schema-qualified columns
SELECT raw.events.user_id, raw.events.ts AS event_ts FROM raw.events;
-- parenthesised joins
SELECT e.user_id, e.ts AS event_ts, p.price FROM (events e JOIN users u ON u.user_id = e.user_id) LEFT JOIN prices p ON p.kind = e.kind;
-- nested joins
SELECT e.user_id, e.ts AS event_ts FROM events e LEFT JOIN (users u JOIN prices p ON p.kind = u.country) ON u.user_id = e.user_id;
-- aggregates without names
SELECT user_id, max(ts) AS event_ts, count(*), sum(amount) FROM events GROUP BY user_id;
-- clocks and constants
SELECT user_id, ts AS event_ts, now() AS n, current_date AS d, today() AS t, get_current_timestamp() AS g, random() AS r, uuid() AS u FROM events;
-- rowid
SELECT user_id, ts AS event_ts, rowid AS r FROM events;
-- whole row
SELECT user_id, ts AS event_ts, e AS whole, struct_pack(a := e) AS s FROM events e;
-- count of a table's star
SELECT e.user_id, max(e.ts) AS event_ts, count(u.*) AS n FROM events e LEFT JOIN users u ON u.user_id = e.user_id GROUP BY 1;
-- ignore nulls
SELECT user_id, ts AS event_ts, last_value(amount IGNORE NULLS) OVER (PARTITION BY user_id ORDER BY ts) AS l FROM events;
-- within group
SELECT user_id, max(ts) AS event_ts, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS p, quantile_cont(amount, [0.1, 0.9]) AS q FROM events GROUP BY user_id;
-- between symmetric and overlaps
SELECT e.user_id, e.ts AS event_ts FROM events e JOIN users u ON e.ts BETWEEN u.signup AND coalesce(u.valid_to, TIMESTAMP '9999-12-31');
-- if, nullif, try_cast
SELECT user_id, if(amount > 1, ts, ts) AS event_ts, nullif(amount, 0) AS a, try_cast(kind AS integer) AS k FROM events;
-- map
SELECT user_id, ts AS event_ts, MAP {'a': amount} AS m, map_from_entries([(kind, amount)]) AS n FROM events;
-- subquery in FROM without alias
SELECT user_id, ts AS event_ts FROM (SELECT user_id, ts FROM events);
-- union inside a cte with different names
WITH x AS (SELECT user_id AS id, ts AS t FROM events UNION ALL SELECT user_id, signup FROM users) SELECT id AS user_id, t AS event_ts FROM x;
-- window over an aggregate
SELECT user_id, date_trunc('day', ts) AS event_ts, sum(sum(amount)) OVER (PARTITION BY user_id ORDER BY date_trunc('day', ts)) AS running FROM events GROUP BY user_id, date_trunc('day', ts);
-- quantified column of a union
SELECT u.user_id, u.t AS event_ts FROM (SELECT user_id, ts AS t FROM events UNION SELECT user_id, signup FROM users) u WHERE u.t IS NOT NULL;
-- trailing comma and comment
SELECT user_id, ts AS event_ts, /* the amount */ amount, FROM events -- done;
