"""How many rows became known when, coarsely: tells late rows from rows that vanished where both came to pass in between."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_HOUR, _DAY = 3_600_000_000, 86_400_000_000
_MANY = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Histogram:
    """The rows that became known before an instant, by hour; by day where they are of many hours.

    Attributes:
        width: of a stretch of time, microseconds.
        counts: begin of a stretch, microseconds since 1970 -> how many rows became known in it; None for times without end.
    """

    width: int
    counts: Mapping[int | None, int]

    @classmethod
    def of(cls, counts: Mapping[int | None, int], width: int = _HOUR) -> "Histogram":
        """Of counts by that width, made coarser where they are many."""
        if width < _DAY and len(counts) > _MANY:
            days: Counter[int | None] = Counter()
            for begin, count in counts.items():
                days[None if begin is None else begin // _DAY * _DAY] += count
            return cls(_DAY, days)
        return cls(width, dict(counts))

    @classmethod
    def read(cls, text: str | None) -> "Histogram | None":
        """As ``text`` wrote it."""
        if text is None:
            return None
        width, counts = json.loads(text)
        return cls(width, dict(map(tuple, counts)))

    def text(self) -> str:
        """As state keeps it."""
        return json.dumps([self.width, list(self.counts.items())], separators=(",", ":"))

    def begin(self, at: datetime) -> datetime:
        """When the stretch of an instant begins."""
        width = timedelta(microseconds=self.width)
        return _EPOCH + (at - _EPOCH) // width * width

    def continued(self, since: datetime, newer: Mapping[int | None, int]) -> "Histogram":
        """With what became known from the begin of a stretch on counted anew."""
        first = (since - _EPOCH) // timedelta(microseconds=1)
        older = {begin: count for begin, count in self.counts.items() if begin is None or begin < first}
        return Histogram.of({**older, **newer}, self.width)

    def exchanged(self, now: Mapping[int | None, int]) -> tuple[int, int]:
        """How many rows came and how many vanished at least, where counts by the same width are these now."""
        changes = [now.get(begin, 0) - self.counts.get(begin, 0) for begin in {*self.counts, *now}]
        return sum(n for n in changes if n > 0), -sum(n for n in changes if n < 0)


HOURS = Histogram(_HOUR, {})
"""No rows yet."""
