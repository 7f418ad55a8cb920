"""What the relations that a view reads are like now, to be compared with what they were like at the last write."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from featurec.compiler import AnalyzedProject, Arriving, Physical, arrivals_query, reads_undated
from featurec.engines.protocol import Engine, Row
from featurec.errors import FeaturecError
from featurec.run.histogram import HOURS, Histogram
from featurec.run.intervals import Base, Seen
from featurec.run.state import Arrival, State, instant
from featurec.spec import FeatureView


def seen_now(
    engine: Engine, analyzed: AnalyzedProject, view: str, physical: Physical, base: Base | None, now: datetime
) -> list[Seen]:
    """The relations of a view as they are.

    They are looked at before the view is computed: rows that come in between are in the table and are found once more.
    Whatever reads a view that has no table is computed in full.
    """
    known = base.arrivals if base is not None else {}
    look = _Look(engine, analyzed, view, physical, now)
    seen = []
    for key in analyzed.views[view].relations:
        before = known.get(key)
        if not key.startswith("view."):
            seen.append(look.source(key, before))
        elif (built := physical.built.get(key.removeprefix("view."))) is not None:
            seen.append(_parent(State(engine), key, built.table, before))
        else:
            seen.append(Seen(Arrival(key, 0, parent_table="", parent_number=0), writes=None))
    return seen


def _parent(state: State, key: str, table: str, before: Arrival | None) -> Seen:
    same = before is not None and before.parent_table == table
    writes = state.writes(table, before.parent_number if before is not None and same else None)
    number = writes[-1].number if writes else before.parent_number if before is not None and same else 0
    arrival = Arrival(key, 0, parent_table=table, parent_number=number)
    return Seen(arrival, writes=writes if same else None)


@dataclass(frozen=True)
class _Counted:
    """What is counted of a source.

    Attributes:
        arrival: as it will be recorded, but for what takes further looks.
        before, before_sum: of the rows that became known before the instant at which it was settled at the last write.
        standing: how many became known at that very instant.
        total_sum: of all rows that have a time.
    """

    arrival: Arrival
    before: int
    before_sum: str
    standing: int
    total_sum: str


def _less(total: str, part: str | None) -> str:
    """What is left of a sum."""
    return str(int(total) - int(part or 0))


class _Look:
    """A look at the sources of one view."""

    def __init__(self, engine: Engine, analyzed: AnalyzedProject, view: str, physical: Physical, now: datetime) -> None:
        self.engine = engine
        self.analyzed = analyzed
        self.view = view
        self.physical = physical
        self.now = now
        spec = analyzed.views[view].spec
        assert isinstance(spec, FeatureView)
        self.lateness = spec.max_lateness or 0

    @cached_property
    def undated(self) -> frozenset[str]:
        """The sources of which rows without a time matter to the view."""
        return reads_undated(self.analyzed, self.view)

    def source(self, key: str, before: Arrival | None) -> Seen:
        """A source as it is. Where a look at less says that it is as it was, its rows are not counted.

        What an earlier release recorded, without the rows that have no time, says less than that.
        """
        mark = self.engine.mark(self.analyzed.project.sources[key])
        if before is not None and None not in (mark, before.undated) and mark == before.mark and self._is_same(before):
            return Seen(before, unchanged=True)
        found = self._counted(key, before.settled_at if before is not None else None)
        arrival = replace(found.arrival, mark=mark)
        if before is not None and before.settled_at is not None and arrival.newest is None:
            # All that came since then is gone again. What was settled stays settled.
            arrival = replace(
                arrival,
                settled_at=before.settled_at,
                settled=found.before,
                newest=before.newest,
                settled_sum=found.before_sum,
            )
        arrival = replace(arrival, unsettled_sum=_less(found.total_sum, arrival.settled_sum))
        if self._is_timeless(key) or (arrival.undated and key in self.undated):
            arrival = replace(arrival, contents=self._contents(key))
        if before is None or before.settled_at is None:
            return Seen(self._with_histogram(arrival, HOURS, None))
        came, gone, known = self._exchanged(before, found)
        seen = Seen(self._with_histogram(arrival, known, before.settled_at), came, gone)
        if before.newest == before.settled_at and not found.standing:
            return replace(seen, vacated=before.rows - before.settled)
        others = before.unsettled_sum not in (None, _less(found.total_sum, found.before_sum))
        return replace(seen, others=others)

    def _is_timeless(self, key: str) -> bool:
        """Whether a source has no times, and is not rewritten as it pleases, so that what reads it is computed in full anyway."""
        table = self.analyzed.project.sources[key]
        return not table.timestamp and not table.available_at and table.mutable is not True

    def _exchanged(self, before: Arrival, found: _Counted) -> tuple[int, int, Histogram]:
        """How many rows came and how many vanished that were settled at the last write, and when those of now became known."""
        known, settled_at = Histogram.read(before.histogram), before.settled_at
        assert settled_at is not None
        more = found.before - before.settled
        if known is not None and (found.before, found.before_sum) == (before.settled, before.settled_sum):
            return 0, 0, known
        now = self._histogram(before.relation, None, settled_at, (known or HOURS).width)
        after = Histogram.of(now, (known or HOURS).width)
        if known is None:
            return max(more, 0), max(-more, 0), after
        came, gone = known.exchanged(now)
        # Within one stretch of time, as many came as vanished.
        return (came, gone, after) if came or gone else (1, 1, after)

    def _with_histogram(self, arrival: Arrival, known: Histogram, settled_at: datetime | None) -> Arrival:
        """With when the settled rows became known, where that is known of those before ``settled_at``."""
        if arrival.settled_at is None:
            return arrival
        since = None if settled_at is None else known.begin(min(settled_at, arrival.settled_at))
        newer = self._histogram(arrival.relation, since, arrival.settled_at, known.width)
        after = Histogram.of(newer, known.width) if since is None else known.continued(since, newer)
        return replace(arrival, histogram=after.text())

    def _is_same(self, before: Arrival) -> bool:
        """Whether the rows that are not settled are still as many, up to the same time. A mark may come a little late."""
        if before.settled_at is None:
            return True
        (row,) = self._asked(before.relation, Arriving("recent", before.settled_at))
        return (row["row_count"], instant(row["newest"])) == (before.rows - before.settled, before.newest)

    def _counted(self, key: str, before: datetime | None) -> _Counted:
        (row,) = self._asked(key, Arriving("arrivals", before, self.now, self.lateness))
        arrival = Arrival(
            key,
            row["row_count"],
            instant(row["settled_at"]),
            row["settled_count"],
            instant(row["newest"]),
            settled_sum=row["settled_sum"],
            undated=row["undated_count"],
        )
        return _Counted(arrival, row["before_count"], row["before_sum"], row["standing_count"], row["row_sum"])

    def _histogram(self, key: str, since: datetime | None, until: datetime, width: int) -> Mapping[int | None, int]:
        rows = self._asked(key, Arriving("histogram", since, until, width=width))
        return {row["begin_us"]: row["row_count"] for row in rows}

    def _contents(self, key: str) -> str:
        (row,) = self._asked(key, Arriving("contents"))
        found: str = row["contents"]
        return found

    def _asked(self, key: str, asked: Arriving) -> list[Row]:
        query, findings = arrivals_query(self.analyzed, key, self.engine.dialect, self.physical, asked)
        if query is None:
            raise FeaturecError(findings)
        return self.engine.query(query.sql)
