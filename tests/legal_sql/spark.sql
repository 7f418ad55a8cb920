-- lateral view
SELECT e.user_id, e.ts AS event_ts, t.tag FROM events e LATERAL VIEW explode(e.tags) t AS tag;
-- lateral view outer of structs
SELECT user_id, ts AS event_ts, item.sku FROM events LATERAL VIEW OUTER explode(items) x AS item;
-- posexplode
SELECT user_id, ts AS event_ts, pos, tag FROM events LATERAL VIEW posexplode(tags) t AS pos, tag;
-- two lateral views
SELECT user_id, ts AS event_ts, a, b FROM events LATERAL VIEW explode(tags) x AS a LATERAL VIEW explode(split(a, ',')) y AS b;
-- explode in select
SELECT user_id, ts AS event_ts, explode(tags) AS tag FROM events;
-- posexplode in select
SELECT user_id, ts AS event_ts, posexplode(tags) AS (i, tag) FROM events;
-- inline
SELECT user_id, ts AS event_ts, sku, price FROM events LATERAL VIEW inline(items) t AS sku, price;
-- stack
SELECT user_id, ts AS event_ts, name, v FROM events LATERAL VIEW stack(2, 'a', amount, 'q', qty) s AS name, v;
-- window function of time
SELECT user_id, window(ts, '1 day').end AS event_ts, count(*) AS n FROM events GROUP BY user_id, window(ts, '1 day');
-- window as a column
SELECT user_id, window.end AS event_ts, n FROM (SELECT user_id, window(ts, '1 hour', '10 minutes') AS window, count(*) AS n FROM events GROUP BY user_id, window(ts, '1 hour', '10 minutes'));
-- window without an alias
SELECT user_id, window.end AS event_ts, count(*) AS n FROM events GROUP BY user_id, window(ts, '1 day');
-- session window
SELECT user_id, session_window(ts, '5 minutes').end AS event_ts, sum(amount) AS s FROM events GROUP BY user_id, session_window(ts, '5 minutes');
-- semi and anti joins
SELECT e.user_id, e.ts AS event_ts FROM events e LEFT SEMI JOIN users u ON u.user_id = e.user_id LEFT ANTI JOIN prices p ON p.kind = e.kind;
-- hints
SELECT /*+ BROADCAST(u) */ e.user_id, e.ts AS event_ts, u.country FROM events e JOIN users u ON u.user_id = e.user_id;
-- time functions
SELECT user_id, date_trunc('HOUR', ts) + INTERVAL 1 HOUR AS event_ts, datediff(day, to_date(ts)) AS d, months_between(ts, ts) AS m, unix_timestamp(ts) AS u, date_format(ts, 'yyyy') AS y, hour(ts) AS h FROM events;
-- date_add and date_sub
SELECT user_id, date_add(to_date(ts), 1) AS event_ts, date_sub(day, 1) AS d, add_months(day, 1) AS a, last_day(day) AS l, trunc(ts, 'MM') AS t FROM events;
-- cast of date_add
SELECT user_id, CAST(date_add(day, 1) AS timestamp) AS event_ts FROM events;
-- timestampadd
SELECT user_id, timestampadd(DAY, 1, ts) AS event_ts, timestampdiff(HOUR, ts, ts) AS d FROM events;
-- dateadd with a unit
SELECT user_id, dateadd(HOUR, 1, ts) AS event_ts FROM events;
-- time zones
SELECT user_id, to_utc_timestamp(ts, 'America/New_York') AS event_ts, from_utc_timestamp(ts, 'Asia/Tokyo') AS l FROM events;
-- seconds
SELECT user_id, timestamp_seconds(unix_timestamp(ts)) AS event_ts, to_timestamp(kind) AS p, from_unixtime(0) AS f FROM events;
-- cast long to timestamp
SELECT user_id, CAST(CAST(ts AS bigint) + 60 AS timestamp) AS event_ts FROM events;
-- range over seconds
SELECT user_id, ts AS event_ts, sum(amount) OVER (PARTITION BY user_id ORDER BY CAST(ts AS bigint) RANGE BETWEEN 3600 PRECEDING AND CURRENT ROW) AS s FROM events;
-- range interval
SELECT user_id, ts AS event_ts, avg(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW) AS s FROM events;
-- first, last, max_by
SELECT user_id, max(ts) AS event_ts, first(kind, true) AS f, last(amount) AS l, max_by(kind, ts) AS m, min_by(kind, ts) AS n, any_value(kind) AS a FROM events GROUP BY user_id;
-- collect and sort
SELECT user_id, max(ts) AS event_ts, collect_list(kind) AS c, sort_array(collect_set(kind)) AS s, array_max(collect_list(amount)) AS m, element_at(tags_all, 1) AS e FROM (SELECT *, array('a') AS tags_all FROM events) GROUP BY user_id, tags_all;
-- struct max
SELECT user_id, s.t AS event_ts, s.a AS amount FROM (SELECT user_id, max(struct(ts AS t, amount AS a)) AS s FROM events GROUP BY user_id);
-- struct max inline
SELECT user_id, max(named_struct('t', ts, 'a', amount)).t AS event_ts FROM events GROUP BY user_id;
-- higher-order functions
SELECT user_id, ts AS event_ts, transform(tags, x -> concat(x, kind)) AS t, filter(items, i -> i.price > 1) AS f, aggregate(tags, 0, (acc, x) -> acc + 1) AS n, exists(tags, x -> x = 'a') AS e FROM events;
-- qualify
SELECT user_id, ts AS event_ts FROM events QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY ts) = 1;
-- except
SELECT * EXCEPT (ts), ts AS event_ts FROM events;
-- lateral alias
SELECT user_id, ts AS event_ts, amount * 2 AS a, a + 1 AS b FROM events;
-- lateral subquery
SELECT e.user_id, e.ts AS event_ts, l.price FROM events e, LATERAL (SELECT max(p.price) AS price FROM prices p WHERE p.kind = e.kind) l;
-- left join lateral
SELECT e.user_id, e.ts AS event_ts, l.price FROM events e LEFT JOIN LATERAL (SELECT p.price FROM prices p WHERE p.kind = e.kind ORDER BY p.published DESC LIMIT 1) l;
-- lateral explode
SELECT e.user_id, e.ts AS event_ts, t.tag FROM events e, LATERAL explode(e.tags) AS t(tag);
-- values
SELECT v.a AS user_id, v.b AS event_ts FROM VALUES (1, timestamp '2024-01-01') AS v(a, b);
-- range
SELECT u.user_id, u.signup + make_interval(0, 0, 0, CAST(r.id AS int)) AS event_ts FROM users u CROSS JOIN range(10) r;
-- sequence
SELECT u.user_id, d AS event_ts FROM users u LATERAL VIEW explode(sequence(u.signup, u.valid_to, INTERVAL 1 DAY)) x AS d;
-- pivot
SELECT * FROM (SELECT user_id, ts AS event_ts, kind, amount FROM events) PIVOT (sum(amount) AS s FOR kind IN ('a' AS a, 'b' AS b));
-- unpivot
SELECT user_id, event_ts, name, v FROM (SELECT user_id, ts AS event_ts, amount, CAST(qty AS double) AS qty FROM events) UNPIVOT (v FOR name IN (amount, qty));
-- group by position and having
SELECT user_id, date_trunc('DAY', ts) AS event_ts, count(DISTINCT kind) AS n FROM events GROUP BY 1, 2 HAVING count(*) > 1;
-- group by all, rollup, cube
SELECT user_id, max(ts) AS event_ts, kind FROM events GROUP BY user_id, kind WITH ROLLUP;
-- grouping sets
SELECT user_id, max(ts) AS event_ts, kind FROM events GROUP BY user_id, kind GROUPING SETS ((user_id), (user_id, kind));
-- cluster and distribute
SELECT user_id, ts AS event_ts FROM events DISTRIBUTE BY user_id SORT BY ts;
-- full outer using
SELECT user_id, coalesce(e.ts, u.signup) AS event_ts FROM events e FULL OUTER JOIN users u USING (user_id);
-- natural
SELECT user_id, ts AS event_ts, country FROM events NATURAL JOIN users;
-- null safe equality
SELECT e.user_id, e.ts AS event_ts FROM events e JOIN prices p ON e.kind <=> p.kind AND p.published <= e.ts;
-- sample
SELECT user_id, ts AS event_ts FROM events TABLESAMPLE (10 PERCENT);
-- map and json
SELECT user_id, ts AS event_ts, map('a', amount)['a'] AS m, get_json_object(kind, '$.a') AS g, from_json(kind, 'a INT').a AS j FROM events;
-- percentile and filter
SELECT user_id, max(ts) AS event_ts, percentile_approx(amount, 0.5) AS p, count(*) FILTER (WHERE amount > 1) AS c, count_if(amount > 1) AS d, approx_count_distinct(kind) AS e FROM events GROUP BY user_id;
-- intersect, minus
SELECT user_id, ts AS event_ts FROM events MINUS SELECT user_id, signup FROM users;
-- clocks
SELECT user_id, ts AS event_ts, current_timestamp() AS a, current_timestamp AS b, current_date AS c, now() AS d, localtimestamp AS e, rand() AS r, uuid() AS u, monotonically_increasing_id() AS m FROM events;
-- exists and in
SELECT user_id, ts AS event_ts FROM events WHERE EXISTS (SELECT 1 FROM users WHERE users.user_id = events.user_id) AND kind IN (SELECT kind FROM prices);
-- backquotes
SELECT `user_id`, `ts` AS `event_ts` FROM `raw`.`events`;
