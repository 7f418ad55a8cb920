-- distinct on
SELECT DISTINCT ON (user_id) user_id, ts AS event_ts, amount FROM events ORDER BY user_id, ts DESC;
-- lateral join
SELECT e.user_id, e.ts AS event_ts, l.price, l.published FROM events e CROSS JOIN LATERAL (SELECT p.price, p.published FROM prices p WHERE p.kind = e.kind AND p.published <= e.ts ORDER BY p.published DESC LIMIT 1) l;
-- comma lateral
SELECT e.user_id, e.ts AS event_ts, l.n FROM events e, LATERAL (SELECT count(*) AS n FROM prices p WHERE p.kind = e.kind) AS l;
-- time from lateral
SELECT e.user_id, greatest(e.ts, l.published) AS event_ts FROM events e LEFT JOIN LATERAL (SELECT max(published) AS published FROM prices p WHERE p.kind = e.kind) l ON true;
-- generate_series in FROM
SELECT u.user_id, g AS event_ts FROM users u, generate_series(u.signup, u.valid_to, interval '1 day') AS g;
-- generate_series with a column
SELECT u.user_id, g.day AS event_ts FROM users u CROSS JOIN LATERAL generate_series(u.signup, u.valid_to, '1 day'::interval) AS g(day);
-- unnest with ordinality
SELECT e.user_id, e.ts AS event_ts, t.tag, t.i FROM events e, unnest(e.tags) WITH ORDINALITY AS t(tag, i);
-- unnest as a scalar alias
SELECT e.user_id, e.ts AS event_ts, tag FROM events e CROSS JOIN unnest(e.tags) AS tag;
-- json each
SELECT e.user_id, e.ts AS event_ts, j.key, j.value FROM events e, jsonb_each_text(e.payload) AS j(key, value);
-- json recordset
SELECT e.user_id, e.ts AS event_ts, r.a FROM events e, jsonb_to_recordset(e.payload) AS r(a integer, b text);
-- json array elements without column list
SELECT e.user_id, e.ts AS event_ts, x->>'a' AS a FROM events e, jsonb_array_elements(e.payload) x;
-- json operators
SELECT user_id, ts AS event_ts, payload->>'a' AS a, payload #>> '{b,c}' AS b, payload @> '{"a": 1}' AS c, payload ? 'x' AS d FROM events;
-- values
SELECT v.user_id, v.t AS event_ts FROM (VALUES (1, timestamp '2024-01-01')) AS v(user_id, t);
-- values as a cte
WITH w(kind, weight) AS (VALUES ('a', 1), ('b', 2)) SELECT e.user_id, e.ts AS event_ts, w.weight FROM events e JOIN w USING (kind);
-- recursive with search
WITH RECURSIVE chain AS (SELECT user_id, ts, 0 AS n FROM events UNION SELECT c.user_id, c.ts + interval '1 day', c.n + 1 FROM chain c WHERE c.n < 5) SELECT user_id, ts AS event_ts, n FROM chain;
-- two recursive ctes
WITH RECURSIVE a AS (SELECT user_id, ts FROM events UNION ALL SELECT a.user_id, a.ts + interval '1 day' FROM a WHERE a.ts < '2024-01-01'), b AS (SELECT * FROM a) SELECT user_id, ts AS event_ts FROM b;
-- filter and within group
SELECT user_id, max(ts) AS event_ts, count(*) FILTER (WHERE amount > 1) AS n, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS p, mode() WITHIN GROUP (ORDER BY kind) AS m FROM events GROUP BY user_id;
-- array agg and subscript
SELECT user_id, (array_agg(ts ORDER BY ts DESC))[1] AS event_ts, (array_agg(kind ORDER BY ts))[1:3] AS kinds, string_agg(kind, ',' ORDER BY ts) AS s FROM events GROUP BY user_id;
-- array of a subquery
SELECT e.user_id, e.ts AS event_ts, ARRAY(SELECT p.price FROM prices p WHERE p.kind = e.kind ORDER BY p.published) AS prices FROM events e;
-- any of an array
SELECT user_id, ts AS event_ts, 'x' = ANY (tags) AS has_x, tags && ARRAY['a', 'b'] AS o FROM events;
-- grouping sets
SELECT user_id, max(ts) AS event_ts, kind FROM events GROUP BY GROUPING SETS ((user_id, kind), (user_id));
-- window frames
SELECT user_id, ts AS event_ts, sum(amount) OVER (PARTITION BY user_id ORDER BY ts GROUPS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s, first_value(kind) OVER w AS f FROM events WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN '1 day'::interval PRECEDING AND CURRENT ROW);
-- epoch and zones
SELECT user_id, timezone('UTC', at) AS event_ts, extract(epoch FROM ts) / 3600 AS h, ts AT TIME ZONE 'Europe/Berlin' AS z FROM events;
-- date_bin
SELECT user_id, date_bin('15 minutes', ts, timestamp '2001-01-01') AS event_ts FROM events;
-- to_timestamp
SELECT user_id, to_timestamp(extract(epoch FROM ts)) AS event_ts FROM events;
-- make_interval
SELECT user_id, ts + make_interval(days => qty) AS event_ts FROM events;
-- interval times a column
SELECT user_id, ts + qty * interval '1 day' AS event_ts FROM events;
-- plus a text interval
SELECT user_id, ts + '1 day' AS event_ts FROM events;
-- date plus integer
SELECT user_id, day + 1 AS event_ts FROM events;
-- date trunc of a cast
SELECT user_id, date_trunc('week', ts)::date AS event_ts FROM events;
-- overlaps
SELECT e.user_id, e.ts AS event_ts FROM events e JOIN users u ON (e.ts, e.ts) OVERLAPS (u.signup, u.valid_to);
-- ranges
SELECT e.user_id, e.ts AS event_ts FROM events e JOIN users u ON tsrange(u.signup, u.valid_to, '[)') @> e.ts;
-- row comparison
SELECT user_id, ts AS event_ts FROM events e WHERE (e.ts, e.amount) <= (SELECT max(published), max(price) FROM prices);
-- is distinct from, similar to, ilike
SELECT user_id, ts AS event_ts, kind IS DISTINCT FROM 'a' AS d, kind ILIKE 'x%' AS i, kind ~ '^a' AS r, kind SIMILAR TO 'a|b' AS s FROM events;
-- union all with order and limit
(SELECT user_id, ts AS event_ts FROM events ORDER BY ts LIMIT 3) UNION ALL (SELECT user_id, signup FROM users) ORDER BY event_ts LIMIT 5;
-- except and intersect all
SELECT user_id, ts AS event_ts FROM events EXCEPT ALL SELECT user_id, signup FROM users;
-- not exists and not in
SELECT e.user_id, e.ts AS event_ts FROM events e WHERE NOT EXISTS (SELECT FROM users u WHERE u.user_id = e.user_id) AND e.kind NOT IN (SELECT kind FROM prices);
-- whole row
SELECT e.user_id, e.ts AS event_ts, to_jsonb(e) AS j, row_to_json(e.*) AS k FROM events e;
-- composite field
SELECT user_id, ts AS event_ts, (info).a AS a FROM events;
-- fetch first
SELECT user_id, ts AS event_ts FROM events ORDER BY ts FETCH FIRST 5 ROWS ONLY;
-- clocks
SELECT user_id, ts AS event_ts, now() AS a, clock_timestamp() AS b, current_timestamp AS c, localtimestamp AS d, current_date AS e, age(ts) AS f FROM events;
-- natural and using
SELECT user_id, ts AS event_ts, country FROM events NATURAL LEFT JOIN users;
-- full join using
SELECT user_id, coalesce(e.ts, u.signup) AS event_ts FROM events e FULL JOIN users u USING (user_id);
-- order by an expression of aliases
SELECT user_id, max(ts) AS event_ts, count(*) AS n FROM events GROUP BY user_id ORDER BY count(*) DESC, event_ts;
-- group by a position
SELECT user_id, date_trunc('hour', ts) AS event_ts, avg(amount) AS a FROM events GROUP BY 1, 2;
-- only, tablesample
SELECT user_id, ts AS event_ts FROM ONLY events TABLESAMPLE bernoulli (10);
-- rows from
SELECT e.user_id, e.ts AS event_ts, r.a FROM events e, ROWS FROM (unnest(e.tags)) AS r(a);
-- casts of many kinds
SELECT user_id, CAST(ts AS timestamp(3)) AS event_ts, amount::numeric(10, 2) AS n, kind::char(3) AS c, '2024-01-01'::date AS d FROM events;
-- materialized
WITH e AS MATERIALIZED (SELECT * FROM events) SELECT user_id, ts AS event_ts FROM e;
-- bool aggregates
SELECT user_id, max(ts) AS event_ts, bool_or(amount > 1) AS b, every(amount > 1) AS ev, bit_or(qty) AS bo, regr_slope(amount, qty) AS sl FROM events GROUP BY user_id;
