"""What of a view's table is to be written: which event times are missing, and which rows must be computed anew.

A row that may be used from a on is a function of what its sources held from a − L until a (the time checker's proof, and
L its look-back). So while the rows of every source that became known before an instant are the same as at the last write,
the view's rows with an earlier a are the same too: whatever has changed since is found by writing a ≥ that instant anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from featurec.compiler import LookBack, Range, Slice
from featurec.run.state import Arrival, Write, WriteKind
from featurec.spec import FeatureView

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_NOTHING = "nothing has come since the last run"
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
"""Intervals are counted from a Monday's midnight, so that days, hours and weeks begin where calendars begin them."""


@dataclass(frozen=True)
class Asked:
    """What the user asks of a run.

    Attributes:
        now: the instant of the run.
        full_refresh: whether tables are computed anew whatever is there.
        restated: event times to be computed anew, and nothing else; None for whatever is due.
    """

    now: datetime
    full_refresh: bool = False
    restated: Range | None = None


@dataclass(frozen=True)
class Base:
    """A table of the view's present definition, what was written into it, and what its relations were like then."""

    table: str
    writes: Sequence[Write]
    arrivals: Mapping[str, Arrival]


@dataclass(frozen=True)
class Seen:
    """A relation as it is now.

    Attributes:
        arrival: as it will be recorded, ``late`` aside.
        came, gone: of a source, how many rows at least came and vanished that became known before the instant at which it was
            settled when the base was written.
        vacated: how many rows became known at that very instant, where all that were not settled did, and none of them is left;
            None where it is otherwise.
        others: of a source, whether rows that were not settled then are others, be they as many.
        writes: of a view, what was written into its table since the base was; None where that is another table.
        unchanged: of a source, whether its rows are known to be those that the base was computed from.
    """

    arrival: Arrival
    came: int = 0
    gone: int = 0
    vacated: int | None = None
    others: bool = False
    writes: Sequence[Write] | None = ()
    unchanged: bool = False


@dataclass(frozen=True)
class Late:
    """Rows of a relation that came, or went, at times that were settled."""

    relation: str
    count: int
    settled_at: datetime


@dataclass(frozen=True)
class Work:
    """What a build has to do.

    Attributes:
        kind: ``full`` makes a new table; None: there is nothing to write.
        slice: the rows to be written.
        reason: why, for people: `because …` without the because.
        late: rows that are not written, as they came too late.
    """

    kind: WriteKind | None
    slice: Slice
    reason: str
    late: tuple[Late, ...] = ()


def work(spec: FeatureView, look_back: LookBack, base: Base | None, seen: Sequence[Seen], asked: Asked) -> Work:
    """What is to be written of a view whose table is ``base``; None where it has none of this definition."""
    end = complete_until(spec, asked.now)
    wanted = Range(None, end)
    restated = until(asked.restated, end) if asked.restated is not None else None
    if base is None:
        return Work("full", Slice((restated or wanted,)), "it has no table of this definition yet")
    if asked.full_refresh:
        return Work("full", Slice((wanted,)), "a full refresh was asked for")
    unbounded = look_back.reason or _undated(seen)
    if not look_back.steady or (unbounded and restated is not None):
        return Work("full", Slice((wanted,)), unbounded)
    if restated is not None:
        return Work("restatement", Slice((restated,)), "its event times were asked for")
    gaps = missing(wanted, coverage(base.writes))
    late: list[Late] = []
    since: datetime | None = None
    reasons: list[str] = []
    for one in seen:
        change = _changed(spec, base.arrivals.get(one.arrival.relation), one)
        if change.rebuild:
            return Work("full", Slice((wanted,)), change.rebuild)
        late += change.late
        if change.since is not None:
            since = change.since if since is None else min(since, change.since)
            reasons.append(change.reason)
    if unbounded:
        changed = gaps or late or since is not None
        return Work("full", Slice((wanted,)), unbounded) if changed else Work(None, Slice(()), _NOTHING)
    ranges = list(gaps)
    if since is not None:
        ranges.append(Range(None, end, since))
    if not ranges:
        return Work(None, Slice(()), _NOTHING, tuple(late))
    if gaps and not reasons:
        reasons.append("event times are missing")
    return Work("incremental", Slice(tuple(ranges)), ", ".join(reasons), tuple(late))


def _undated(seen: Iterable[Seen]) -> str:
    """Why rows may be made of rows of any age though the view's look-back is bounded; empty where they are not."""
    for one in seen:
        if one.arrival.undated and one.arrival.contents is not None:
            return f"`{_name(one.arrival.relation)}` has {_rows(one.arrival.undated)} without a time"
    return ""


@dataclass(frozen=True)
class _Change:
    """What a relation's change means: rows from ``since`` on are written anew, or the whole table is."""

    since: datetime | None = None
    reason: str = ""
    rebuild: str = ""
    late: tuple[Late, ...] = ()


def _changed(spec: FeatureView, before: Arrival | None, seen: Seen) -> _Change:
    now, name = seen.arrival, _name(seen.arrival.relation)
    if before is None:
        return _Change(rebuild=f"it did not read `{name}` from a table before")
    if seen.unchanged:
        return _Change()
    if now.parent_table is not None:
        return _written(name, seen)
    if before.settled_at is None and now.settled_at is not None:
        return _Change(rebuild=f"`{name}` has its first rows")
    if _is_rewritten(before, now):
        return _Change(rebuild=f"`{name}` has {'other rows without a time' if now.settled_at else 'changed'}")
    if before.settled_at is None:
        return _Change()
    since = before.settled_at
    if not seen.gone and now.settled_at is not None and now.settled_at < since:
        # It may come later now than was allowed for then.
        since = now.settled_at
    came, gone = seen.came, seen.gone
    if came and (spec.max_lateness is None or since < before.settled_at):
        return _Change(rebuild=f"{_rows(came)} of `{name}` came that are older than what was read before")
    more = now.rows - before.rows - came + gone
    others = seen.others or now.newest != before.newest
    if seen.vacated is not None and since == before.settled_at:
        # Another batch has taken the place of the newest: what was known then, was known.
        since += _INSTANT
        others = others or more != -seen.vacated
        gone, more = gone + seen.vacated, more if others else 0
    late = tuple(Late(now.relation, count, since) for count in (came, -gone) if count)
    if more:
        return _Change(since, f"`{name}` has {_rows(abs(more))} {'more' if more > 0 else 'less'}", late=late)
    if others:
        return _Change(since, f"`{name}` has other rows, as many as before", late=late)
    if spec.max_lateness:
        return _Change(since, f"rows of `{name}` may come late", late=late)
    return _Change(late=late)


def _is_rewritten(before: Arrival, now: Arrival) -> bool:
    """Whether rows without a time are others, where they matter."""
    if now.settled_at is None and now.rows != before.rows:
        return True
    if now.settled_at is None and before.undated is None:
        # Recorded by an earlier release.
        return None not in (now.mark, before.mark) and now.mark != before.mark
    return now.contents != before.contents


def _written(name: str, seen: Seen) -> _Change:
    """What the writes into a parent's table mean for its rows: a is never before τ."""
    if not seen.arrival.parent_table:
        return _Change(rebuild=f"`{name}`, which it reads, has no table")
    if seen.writes is None:
        return _Change(rebuild=f"`{name}`, which it reads, was computed in full")
    starts = [since_of(found) for write in seen.writes for found in write.ranges]
    if not starts:
        return _Change()
    first = min(starts)
    if first == _FIRST:
        return _Change(rebuild=f"`{name}`, which it reads, was written in full")
    return _Change(first, f"`{name}` was written")


def since_of(written: Range) -> datetime:
    """An instant before which no row of a range has its a."""
    return max(written.start or _FIRST, written.since or _FIRST)


def carried(before: Mapping[str, Arrival], seen: Iterable[Seen], late: Iterable[Late]) -> tuple[Arrival, ...]:
    """What is recorded of the relations after a write: as they are now, with all that ever came late."""
    more = {found.relation: found.count for found in late if found.count > 0}
    found = []
    for one in seen:
        relation = one.arrival.relation
        known = before[relation].late if relation in before else 0
        found.append(replace(one.arrival, late=known + more.get(relation, 0)))
    return tuple(found)


def complete_until(spec: FeatureView, now: datetime) -> datetime | None:
    """The end of the last interval that is over; None for a view without intervals, which takes all rows that there are."""
    if spec.interval is None:
        return None
    length = timedelta(microseconds=spec.interval)
    return _MONDAY + (now - _MONDAY) // length * length


def until(found: Range, end: datetime | None) -> Range:
    """What of a range is before an instant; it holds nothing where all of it is later."""
    last = min(found.end or _LAST, end or _LAST)
    start = found.start if found.start is None else min(found.start, last)
    return Range(start, None if last == _LAST else last, found.since)


def missing(wanted: Range, covered: Iterable[Range]) -> list[Range]:
    """The event times of ``wanted`` that are not covered, in order."""
    at, last = wanted.start or _FIRST, wanted.end or _LAST
    gaps = []
    for start, end in sorted((found.start or _FIRST, found.end or _LAST) for found in covered):
        if start > at:
            gaps.append((at, min(start, last)))
        at = max(at, end)
        if at >= last:
            break
    if at < last:
        gaps.append((at, last))
    return [_range(a, b) for a, b in gaps if a < b]


def coverage(writes: Iterable[Write]) -> list[Range]:
    """The event times that writes in their order have covered, as few ranges as there are.

    A range with ``since`` covers none. Where it ends, what was covered ends too: of the event times after it, what came since
    was left out.
    """
    spans: list[tuple[datetime, datetime]] = []
    for write in writes:
        ends = [found.end or _LAST for found in write.ranges if found.since is not None]
        spans = [(start, min([end, *ends])) for start, end in spans]
        spans += [(found.start or _FIRST, found.end or _LAST) for found in write.ranges if found.since is None]
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [_range(start, end) for start, end in merged]


def _range(start: datetime, end: datetime) -> Range:
    return Range(None if start == _FIRST else start, None if end == _LAST else end)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _name(relation: str) -> str:
    """``shop.orders`` for ``source.shop.orders``, ``arrivals`` for ``view.arrivals``."""
    return relation.partition(".")[2]
