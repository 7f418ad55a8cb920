"""Spark SQL 4; the session is pinned to UTC."""

from featurec.dialects.dialect import Dialect

DIALECT = Dialect(
    name="spark",
    sqlglot="spark",
    executed=False,
    asof=("row_number",),
    asof_inline="row_number",
    latest=("row_number",),
    instant={
        "date": "to_utc_timestamp(CAST({x} AS TIMESTAMP), {zone})",
        "timestamp": "to_utc_timestamp(CAST({x} AS TIMESTAMP), {zone})",
        "timestamptz": "{x}",
    },
    instant_utc={"date": "CAST({x} AS TIMESTAMP)", "timestamp": "CAST({x} AS TIMESTAMP)", "timestamptz": "{x}"},
    seconds="INTERVAL '{n}' SECOND",
    microseconds="make_dt_interval(0, 0, 0, {n} / 1000000)",
    timestamptz="TIMESTAMP '{text}'",
    parquet="parquet.{backticked}",
    refuses={"hash": "hash values differ between engines"},
)
