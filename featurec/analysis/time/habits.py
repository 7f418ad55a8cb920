"""What dialects do differently with time, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from featurec.analysis.time.nodes import SECOND


@dataclass(frozen=True)
class Habits:
    """A dialect's ways.

    Attributes:
        extremes_skip_null: GREATEST and LEAST skip NULLs; they are NULL otherwise.
        numbers_are_seconds: ``time + 1`` is a second later.
        buckets_from: where fixed buckets are counted from, in microseconds since 1970.
        digits_of_datetime: digits of a second that DATETIME has.
        precision_cuts: a type with fewer digits cuts a time; others round it.
        numbers_are_epochs: a time as a number is seconds since 1970, and a number as a time too.
        casts_cut: a cast to a whole number cuts the fraction; others round it.
        whole_differences: DATE_DIFF with a unit counts whole units; others count the boundaries between.
        whole_epochs: the epoch of a time has no fraction.
        at_zone_is_local: ``AT TIME ZONE`` gives local time whatever it is applied to.
    """

    extremes_skip_null: bool = False
    numbers_are_seconds: bool = False
    buckets_from: int = 0
    digits_of_datetime: int = 6
    precision_cuts: bool = False
    numbers_are_epochs: bool = False
    casts_cut: bool = False
    whole_differences: bool = False
    whole_epochs: bool = False
    at_zone_is_local: bool = False


_HABITS: Mapping[str, Habits] = {
    # Buckets of DuckDB begin on Monday, 2000-01-03.
    "duckdb": Habits(extremes_skip_null=True, buckets_from=946_857_600 * SECOND),
    "postgres": Habits(extremes_skip_null=True),
    "redshift": Habits(extremes_skip_null=True),
    "spark": Habits(
        extremes_skip_null=True, numbers_are_epochs=True, casts_cut=True, whole_differences=True, at_zone_is_local=True
    ),
    "databricks": Habits(
        extremes_skip_null=True, numbers_are_epochs=True, casts_cut=True, whole_differences=True, at_zone_is_local=True
    ),
    "trino": Habits(whole_differences=True),
    "snowflake": Habits(precision_cuts=True, whole_epochs=True),
    "clickhouse": Habits(
        extremes_skip_null=True, numbers_are_seconds=True, digits_of_datetime=0, precision_cuts=True, casts_cut=True
    ),
}


def habits_of(dialect: str) -> Habits:
    """The ways of a dialect; those of the SQL standard where nothing else is known."""
    return _HABITS.get(dialect, Habits())
