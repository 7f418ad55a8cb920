"""Why an answer is not what the rule says of it: one cause for each value, decided in a fixed order."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from featurec.online.logged import UNLOGGED
from featurec.online.read import Status
from featurec.online_type import ValueType
from featurec.run.replay_rule import Ruled
from featurec.run.state import Write


class Outcome(StrEnum):
    """What became of a logged value. Those of ``FAULTS`` count against ``--fail-above``."""

    MATCH = "match"
    FLOAT = "float"
    STALE = "stale export"
    LATE = "late data"
    TTL = "TTL"
    MISSING = "missing"
    EXTRA = "extra"
    UNEXPLAINED = "unexplained"
    OTHER_VERSION = "other version"
    NOT_REPLAYED = "not replayed"


FAULTS = frozenset({Outcome.STALE, Outcome.MISSING, Outcome.EXTRA, Outcome.UNEXPLAINED})
UNCOMPARED = frozenset({Outcome.OTHER_VERSION, Outcome.NOT_REPLAYED})


@dataclass(frozen=True)
class Served:
    """A value as it was answered.

    Attributes:
        event: of the row that answered; None where there was none.
        exported: the instant of the export that answered; None for what no export brings.
    """

    value: object
    status: str
    event: datetime | None
    at: datetime
    exported: datetime | None


@dataclass(frozen=True)
class Written:
    """What is known of how the table of a view came to be.

    Attributes:
        writes: into it, in order; none where the view has no table.
        corrected: whether rows of the same event time replace each other by a created_timestamp.
    """

    writes: Sequence[Write] = ()
    corrected: bool = False

    def later(self, served: Served) -> list[Write]:
        """What came after the export that answered."""
        since = served.exported or served.at
        return [write for write in self.writes if write.written_at > since]

    def brought(self, event: datetime, served: Served, *, same_event: bool) -> bool:
        """Whether a row of this event time may have come later. A whole build proves no correction where none is declared."""
        return any(
            _covers(write, event, event + timedelta(microseconds=1), served.at)
            for write in self.later(served)
            if not same_event or write.kind != "full" or self.corrected
        )

    def touched(self, start: datetime | None, end: datetime, served: Served) -> bool:
        """Whether rows between two event times may have come later."""
        return any(_covers(write, start, end, served.at) for write in self.later(served))


def _covers(write: Write, start: datetime | None, end: datetime, known_by: datetime) -> bool:
    return any(
        (one.end is None or start is None or start < one.end)
        and (one.start is None or one.start < end)
        and (one.since is None or one.since <= known_by)
        for one in write.ranges
    )


def judge(
    kind: ValueType,
    served: Served,
    ruled: Ruled,
    exported: Ruled | None,
    late: Callable[[], bool],
    tolerance: float,
) -> Outcome:
    """The outcome of one value.

    Args:
        ruled: what the rule says at the request; of a window, at its export.
        exported: what it says of the rows that the export could see; None where that is not known.
        late: whether rows that speak for it came later.
    """
    if served.status == UNLOGGED:
        return Outcome.NOT_REPLAYED
    if (agreed := _agreed(kind, served, ruled, tolerance)) is not None:
        return agreed
    outside = [served.status, ruled.status].count(Status.OUTSIDE_MAX_AGE)
    if outside == 1 and served.event == ruled.event:
        return Outcome.TTL
    if exported is not None and _agreed(kind, served, exported, tolerance) is not None:
        return Outcome.STALE
    if late():
        return Outcome.LATE
    if served.status == Status.NOT_FOUND:
        return Outcome.MISSING
    if ruled.status == Status.NOT_FOUND:
        return Outcome.EXTRA
    return Outcome.UNEXPLAINED


def latest_is_late(served: Served, ruled: Ruled, written: Written) -> bool:
    """Whether the row that the rule takes, or the row that it no longer finds, is the work of a later run.

    Args:
        ruled: as the export could have seen it, where that is known.
    """
    if ruled.event is not None and (served.event is None or ruled.event >= served.event):
        return written.brought(ruled.event, served, same_event=ruled.event == served.event)
    return served.event is not None and written.brought(served.event, served, same_event=False)


def window_is_late(served: Served, length: int | None, written: Written) -> bool:
    """Whether rows of the window came later.

    Args:
        length: of the window in microseconds; None for all of the past.
    """
    end = served.exported or served.at
    start = None if length is None else end - timedelta(microseconds=length)
    return written.touched(start, end + timedelta(microseconds=1), served)


def _agreed(kind: ValueType, served: Served, ruled: Ruled, tolerance: float) -> Outcome | None:
    if served.status != ruled.status:
        return None
    one, other = plain(kind, served.value), plain(kind, ruled.value)
    if _equal(one, other, 0.0):
        return Outcome.MATCH
    return Outcome.FLOAT if tolerance and _equal(one, other, tolerance) else None


def plain(kind: ValueType, value: object) -> object:
    """A value in the one form in which those of a file, of a training set and of an evaluation are compared."""
    if value is None:
        return None
    if kind.item is not None and isinstance(value, list | tuple):
        return [plain(kind.item, part) for part in value]
    if kind.fields and isinstance(value, Mapping):
        return {name: plain(field, value.get(name)) for name, field in kind.fields}
    match kind.kind:
        case "integer" | "wide":
            return int(str(value))
        case "decimal":
            return Decimal(str(value))
        case "float" | "double":
            return float(str(value))
        case "uuid":
            return str(value).lower()
        case "timestamptz" if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        case "timestamp" if isinstance(value, datetime):
            return value.replace(tzinfo=None)
        case "blob" if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value)
    return value


def _equal(one: object, other: object, tolerance: float) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_equal(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[name], other[name], tolerance) for name in one)
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    if one == other:
        return True
    apart = difference(one, other)
    return bool(tolerance) and apart <= tolerance


def difference(one: object, other: object) -> float:
    """How far two numbers are apart, as a share of the larger where that is above 1; infinite for what is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return math.inf
    if not isinstance(one, int | float | Decimal) or not isinstance(other, int | float | Decimal):
        return math.inf
    try:
        first, second = float(one), float(other)
    except OverflowError:
        return math.inf
    if not (math.isfinite(first) and math.isfinite(second)):
        return math.inf
    return abs(first - second) / max(1.0, abs(first), abs(second))


def spoken(value: object) -> str | int | float | bool | None:
    """A value for people and for JSON."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
