"""Trino."""

from featurec.dialects.dialect import Dialect

DIALECT = Dialect(
    name="trino",
    sqlglot="trino",
    executed=False,
    asof=("row_number",),
    asof_inline="row_number",
    latest=("row_number",),
    instant={
        "date": "with_timezone(CAST({x} AS TIMESTAMP(6)), {zone})",
        "timestamp": "with_timezone({x}, {zone})",
        "timestamptz": "{x}",
    },
    instant_utc={
        "date": "with_timezone(CAST({x} AS TIMESTAMP(6)), 'UTC')",
        "timestamp": "with_timezone({x}, 'UTC')",
        "timestamptz": "{x}",
    },
    seconds="INTERVAL '{n}' SECOND",
    microseconds="parse_duration('{n}us')",
    timestamptz="TIMESTAMP '{text}'",
    refuses={"hash": "hash values differ between engines"},
)
