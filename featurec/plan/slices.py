"""Which rows of a view an incremental build computes and writes, and which rows of its relations it reads for that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from featurec.analysis.look_back import LookBack
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.plan.nodes import AT, TimeColumn
from featurec.plan.rows import feature_view
from featurec.spec import FeatureView, Project, SourceTable

_TIMES = ("date", "timestamp", "timestamptz")


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

    @property
    def is_whole(self) -> bool:
        """Whether all rows are in it."""
        return Range() in self.ranges


@dataclass(frozen=True)
class Reading:
    """The rows of a relation that a slice is computed from: those that became known, by ``time``, from ``start`` until ``end``.

    Rows whose event came after ``start`` are read too, by ``event``, where that is another column. At least one of the two
    bounds is there. Rows beyond them may be read too and change nothing.
    """

    time: TimeColumn
    start: datetime | None
    end: datetime | None
    event: TimeColumn | None = None


def readings(
    view: AnalyzedView, analyzed: AnalyzedProject, slice_: Slice, look_back: LookBack
) -> Mapping[str, Reading]:
    """Key of a relation -> what is read of it for a slice of a view; one that is missing is read in full.

    A row of the view is made of rows with a − L ≤ x ≤ a, x being when they became known: the first is what look-back means, the
    second what the time checker has proved.
    """
    spec = feature_view(view)
    start, end = _first(spec, analyzed.project, slice_), _last(spec, slice_)
    found = {}
    for key, reach in look_back.reaches.items():
        time = arrival(key, analyzed.project)
        low = _moved(start, -reach)
        if time is not None and (low or end):
            found[key] = Reading(time, low, end, _event(key, analyzed.project) if low else None)
    return found


def start_of(view: FeatureView, project: Project) -> datetime | None:
    """The event time before which a view has no rows: its header's ``start``, read in the project's zone."""
    if view.start is None:
        return None
    start = datetime.fromisoformat(view.start)
    return start if start.tzinfo else start.replace(tzinfo=ZoneInfo(project.timezone))


def arrival(key: str, project: Project) -> TimeColumn | None:
    """The column that says when rows of a relation became known; None where none does. For a view it is a itself."""
    if key.startswith("view."):
        return TimeColumn(AT, "timestamptz", "UTC")
    table = project.sources[key]
    return _time(table, table.available_at or table.timestamp)


def _event(key: str, project: Project) -> TimeColumn | None:
    """The column of the event, where another one says when rows of a source became known."""
    table = project.sources.get(key)
    return _time(table, table.timestamp) if table is not None and table.available_at else None


def _time(table: SourceTable, name: str | None) -> TimeColumn | None:
    column = next((column for column in table.columns if column.name == name), None)
    kind = (column.type or "").lower() if column else ""
    kind = "timestamp" if kind.startswith("timestamp_") else kind
    return TimeColumn(column.name, kind, table.timezone) if column and kind in _TIMES else None


def _first(view: FeatureView, project: Project, slice_: Slice) -> datetime | None:
    """An instant before which no row of the slice has its a; None where there is none."""
    firsts = [_first_of(view, start_of(view, project), rows) for rows in slice_.ranges]
    known = [first for first in firsts if first is not None]
    return min(known) if known and len(known) == len(firsts) else None


def _first_of(view: FeatureView, start: datetime | None, rows: Range) -> datetime | None:
    events = [at for at in (rows.start, start) if at is not None]
    # Without available_at, a is τ + delay.
    delay = 0 if view.available_at else view.delay
    event = _moved(max(events), delay) if events else None
    return max((at for at in (event, rows.since) if at is not None), default=None)


def _last(view: FeatureView, slice_: Slice) -> datetime | None:
    """An instant before which every row of the slice has its a."""
    ends = [rows.end for rows in slice_.ranges if rows.end is not None]
    if view.available_at or not ends or len(ends) < len(slice_.ranges):
        return None
    return _moved(max(ends), view.delay)


def _moved(at: datetime | None, microseconds: int) -> datetime | None:
    """An instant so much later; None where there is no such date."""
    try:
        return None if at is None else at + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
