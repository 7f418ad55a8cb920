"""Snowflake; the session is pinned to UTC."""

from featurec.dialects.dialect import Dialect

DIALECT = Dialect(
    name="snowflake",
    sqlglot="snowflake",
    executed=False,
    asof=("row_number",),
    asof_inline="row_number",
    latest=("row_number",),
    instant={
        "date": "CAST(CONVERT_TIMEZONE({zone}, 'UTC', CAST({x} AS TIMESTAMP_NTZ)) AS TIMESTAMP_TZ)",
        "timestamp": "CAST(CONVERT_TIMEZONE({zone}, 'UTC', {x}) AS TIMESTAMP_TZ)",
        "timestamptz": "{x}",
    },
    instant_utc={
        "date": "CAST({x} AS TIMESTAMP_TZ)",
        "timestamp": "CAST({x} AS TIMESTAMP_TZ)",
        "timestamptz": "{x}",
    },
    seconds="INTERVAL '{n} seconds'",
    microseconds="INTERVAL '{n} microseconds'",
    timestamptz="CAST('{text}' AS TIMESTAMP_TZ)",
    refuses={"hash": "hash values differ between engines"},
)
