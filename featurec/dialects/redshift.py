"""Amazon Redshift."""

from featurec.dialects.dialect import Dialect
from featurec.dialects.postgres import DIALECT as POSTGRES

DIALECT = Dialect(
    name="redshift",
    sqlglot="redshift",
    executed=False,
    asof=("row_number",),
    asof_inline="row_number",
    latest=("row_number",),
    instant=POSTGRES.instant,
    instant_utc=POSTGRES.instant_utc,
    seconds=POSTGRES.seconds,
    microseconds=POSTGRES.microseconds,
    timestamptz=POSTGRES.timestamptz,
    refuses={
        name: reason.replace("Postgres", "Redshift")
        for name, reason in POSTGRES.refuses.items()
        if name not in {"ignorenulls", "median", "approxdistinct"}
    },
)
