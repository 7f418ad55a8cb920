"""Which rows of a view an incremental build computes and writes, of all that it has."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Range:
    """Rows with start ≤ τ < end and a ≥ ``since``; None where that does not bound them."""

    start: datetime | None = None
    end: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Slice:
    """The rows that are in any of the ranges."""

    ranges: tuple[Range, ...]
