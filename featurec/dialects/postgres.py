"""PostgreSQL 14 and later: one index probe per spine row where a table is built, a window over both sides where not."""

from featurec.dialects.dialect import Dialect
from featurec.plan.costs import WindowCosts

DIALECT = Dialect(
    name="postgres",
    sqlglot="postgres",
    executed=True,
    asof=("lateral", "window_union", "row_number"),
    asof_inline="window_union",
    latest=("distinct_on", "row_number"),
    instant={
        "date": "(CAST({x} AS TIMESTAMP) AT TIME ZONE {zone})",
        "timestamp": "({x} AT TIME ZONE {zone})",
        "timestamptz": "{x}",
    },
    instant_utc={
        "date": "(CAST({x} AS TIMESTAMP) AT TIME ZONE 'UTC')",
        "timestamp": "({x} AT TIME ZONE 'UTC')",
        "timestamptz": "{x}",
    },
    seconds="INTERVAL '{n} seconds'",
    microseconds="INTERVAL '{n} microseconds'",
    timestamptz="TIMESTAMPTZ '{text}'",
    order_text='{x} COLLATE "C"',
    order_cast={"json": "text"},
    windows=("range_join", "window_union", "prefix", "tiles"),
    window_costs=WindowCosts(row=0.5, candidate=0.0, lookup=5.0, pair=0.3, sort=1.5, frame=0.2, total=2.0, probe=2.5),
    epoch="CAST(extract(epoch FROM {x}) * 1000000 AS BIGINT)",
    materialized=True,
    refuses={
        "argmax": "Postgres has no arg_max; write (array_agg(value ORDER BY key DESC))[1]",
        "argmin": "Postgres has no arg_min; write (array_agg(value ORDER BY key))[1]",
        "approxdistinct": "Postgres has no approximate count; write count(DISTINCT x)",
        "ignorenulls": "Postgres knows no IGNORE NULLS; the value would silently differ",
        "trycast": "Postgres has no TRY_CAST; a failing CAST would stop the query",
        "epochms": "sqlglot turns epoch_ms into its inverse; write extract(epoch FROM ts) * 1000",
        "timestampfrommillis": "epoch_ms means another thing in Postgres; write to_timestamp(ms / 1000.0)",
        "unixtotime": "epoch functions differ between engines; write extract(epoch FROM ts) or to_timestamp(s)",
        "median": "Postgres has no median; write percentile_cont(0.5) WITHIN GROUP (ORDER BY x)",
        "quantile": "Postgres has no quantile; write percentile_cont(p) WITHIN GROUP (ORDER BY x)",
        "hash": "hash values differ between engines",
        "list": "list functions differ between engines; write array_agg with an ORDER BY",
    },
)
