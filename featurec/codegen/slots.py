"""What the skeletons of windows compute: one value per spine row, window and aggregated column."""

from collections.abc import Callable
from dataclasses import dataclass

_AGGREGATES: dict[str, Callable[[str], str]] = {
    "count": "count({})".format,
    "sum": "sum({})".format,
    "min": "min({})".format,
    "max": "max({})".format,
    "variance": "var_samp({})".format,
    "distinct": "count(DISTINCT {})".format,
    "first_place": "min({})".format,
    "last_place": "max({})".format,
}


@dataclass(frozen=True)
class SpanSql:
    """A window under the number that it has in a query; microseconds as of ``plan.nodes.Span``."""

    number: int
    start: int | None
    end: int

    @property
    def name(self) -> str:
        return f"span_{self.number}"


@dataclass(frozen=True)
class Slot:
    """One value that a skeleton computes per spine row.

    Attributes:
        kind: ``count``, ``sum``, ``min``, ``max``, ``variance``, ``distinct``; ``first_place`` and ``last_place``, the
            least and the greatest number of a row; ``list``, the values of the last rows.
        value: the column of ``window/events.sql`` that is aggregated; for a place, the one that numbers the rows.
        place: what orders the values of a list.
        n: how many values a list has.
    """

    name: str
    kind: str
    value: str
    span: SpanSql
    place: str | None = None
    n: int | None = None

    @property
    def aggregate(self) -> str:
        """The aggregate function that computes it from rows."""
        return _AGGREGATES[self.kind](self.value)
