"""Which row an as-of lookup takes and what speaks against each of the others (DESIGN §2.3, §2.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from featurec.report.line import Line, Style, line

Status = Literal["PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"]


@dataclass(frozen=True)
class StoredRow:
    """A stored row of one entity, instants in UTC.

    Attributes:
        event: event time, τ.
        created: created_timestamp, None where there is none.
        available: available time, κ.
        usable: from when on it may be used: the later of the two, a.
        values: output column -> value.
        kept: whether the filter that was asked about, if any, is true of it.
    """

    event: datetime
    created: datetime | None
    available: datetime
    usable: datetime
    values: Mapping[str, object]
    kept: bool = True


@dataclass(frozen=True)
class Decision:
    """What became of a row."""

    row: StoredRow
    chosen: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """All decisions in the order of rank, and the status of a feature of the row that was found."""

    decisions: tuple[Decision, ...]
    found: StoredRow | None
    expired: bool

    def status(self, feature: str) -> Status:
        if self.found is None:
            return "NOT_FOUND"
        if self.expired:
            return "OUTSIDE_MAX_AGE"
        return "NULL_VALUE" if self.found.values[feature] is None else "PRESENT"


def decide(rows: Sequence[StoredRow], at: datetime, ttl: timedelta | None, strict: bool = False) -> Verdict:
    """Judge the rows of one entity, given highest rank first."""
    decisions: list[Decision] = []
    found: StoredRow | None = None
    expired = False
    for row in rows:
        if too_early := unusable(row, at, strict):
            decisions.append(Decision(row, False, too_early))
        elif found is None:
            found = row
            expired = ttl is not None and at - row.event > ttl
            past = f"found, but past its ttl of {duration(ttl)}" if ttl is not None and expired else "chosen"
            decisions.append(Decision(row, True, past))
        else:
            decisions.append(Decision(row, False, _lost(row, found)))
    return Verdict(tuple(decisions), found, expired)


def unusable(row: StoredRow, at: datetime, strict: bool) -> str | None:
    """Why a row may not be used yet; None where it may."""
    if row.usable < at or (row.usable == at and not strict):
        return None
    wait = row.usable - at
    when = f"{duration(wait)} after" if wait else "at, not before,"
    return f"not yet: usable from {stamp(row.usable)}, {when} the time asked"


def _lost(row: StoredRow, winner: StoredRow) -> str:
    """Why a usable row ranks below the winner: the first part of the rank that differs."""
    if row.event != winner.event:
        return f"older by {duration(winner.event - row.event)}"
    if row.created != winner.created:
        if row.created is None:
            return "same event time, but it has no created_timestamp"
        assert winner.created is not None
        return f"same event time, created {duration(winner.created - row.created)} earlier"
    if row.available != winner.available:
        return f"same event time, available {duration(winner.available - row.available)} earlier"
    for column, value in row.values.items():
        if value != winner.values[column]:
            return f"same times: the greater `{column}` wins the tie"
    return "a copy of the chosen row"


def stamp(moment: datetime) -> str:
    """``2024-03-01 12:00:00``, with a fraction only where there is one."""
    return moment.replace(tzinfo=None).isoformat(sep=" ")


def duration(span: timedelta) -> str:
    """The two largest units: ``3d 4h``, ``12min 5s``, ``1ms``; ``0s`` for none."""
    left = abs(span) // timedelta(microseconds=1)
    sizes = (
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("min", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1000),
        ("us", 1),
    )
    parts = []
    for unit, size in sizes:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0s"


def status_line(name: str, value: str, status: Status, note: str = "") -> Line:
    """``orders_so_far = 6  PRESENT``."""
    style: Style = "success" if status == "PRESENT" else "warning"
    return line((name, "bold"), f" = {value}  ", (status, style), (f"  {note}" if note else "", "dim"))
