"""BigQuery; TIMESTAMP is the instant, DATETIME the naive time."""

from featurec.dialects.dialect import Dialect

DIALECT = Dialect(
    name="bigquery",
    sqlglot="bigquery",
    executed=False,
    asof=("row_number",),
    asof_inline="row_number",
    latest=("row_number",),
    instant={"date": "TIMESTAMP({x}, {zone})", "timestamp": "TIMESTAMP({x}, {zone})", "timestamptz": "{x}"},
    instant_utc={"date": "TIMESTAMP({x})", "timestamp": "TIMESTAMP({x})", "timestamptz": "{x}"},
    seconds="INTERVAL {n} SECOND",
    microseconds="INTERVAL {n} MICROSECOND",
    timestamptz="TIMESTAMP '{text}'",
    refuses={"hash": "hash values differ between engines"},
)
