"""ClickHouse; a left join without a match gives defaults instead of NULL unless the query says otherwise."""

from featurec.dialects.dialect import Dialect

DIALECT = Dialect(
    name="clickhouse",
    sqlglot="clickhouse",
    executed=False,
    asof=("row_number",),
    asof_inline="row_number",
    latest=("row_number",),
    instant={
        "date": "toDateTime64(toString({x}), 6, {zone})",
        "timestamp": "toDateTime64(toString({x}), 6, {zone})",
        "timestamptz": "{x}",
    },
    instant_utc={
        "date": "toDateTime64({x}, 6, 'UTC')",
        "timestamp": "toDateTime64({x}, 6, 'UTC')",
        "timestamptz": "{x}",
    },
    seconds="toIntervalSecond({n})",
    microseconds="toIntervalMicrosecond({n})",
    timestamptz="parseDateTime64BestEffort('{text}', 6, 'UTC')",
    footer="SETTINGS join_use_nulls = 1",
    refuses={"hash": "hash values differ between engines"},
)
