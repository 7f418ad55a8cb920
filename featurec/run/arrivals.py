"""What the relations that a view reads are like now, to be compared with what they were like at the last write."""

from dataclasses import replace
from datetime import datetime

from featurec.compiler import AnalyzedProject, Physical, arrivals_query, recent_query
from featurec.engines.protocol import Engine
from featurec.errors import FeaturecError
from featurec.run.intervals import Base, Seen
from featurec.run.state import Arrival, State, instant
from featurec.spec import FeatureView


def seen_now(
    engine: Engine, analyzed: AnalyzedProject, view: str, physical: Physical, base: Base | None, now: datetime
) -> list[Seen]:
    """The relations of a view as they are, one query a source.

    They are looked at before the view is computed: rows that come in between are in the table and are found once more.
    Whatever reads a view that has no table is computed in full.
    """
    found = analyzed.views[view]
    assert isinstance(found.spec, FeatureView)
    known = base.arrivals if base is not None else {}
    seen = []
    for key in found.relations:
        before = known.get(key)
        if not key.startswith("view."):
            seen.append(_source(engine, analyzed, key, physical, before, now, found.spec.max_lateness or 0))
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


def _source(
    engine: Engine,
    analyzed: AnalyzedProject,
    key: str,
    physical: Physical,
    before: Arrival | None,
    now: datetime,
    lateness: int,
) -> Seen:
    """A source as it is. Where a look at less says that it is as it was, its rows are not counted."""
    since = before.settled_at if before is not None else None
    mark = engine.mark(analyzed.project.sources[key])
    if before is not None and mark is not None and mark == before.mark and _same(engine, analyzed, physical, before):
        return Seen(before, before.settled, unchanged=True)
    found, counted = _counted(engine, analyzed, key, physical, since, now, lateness)
    if since is not None and found.newest is None and found.rows:
        # All that came since then is gone again.
        found, _ = _counted(engine, analyzed, key, physical, None, now, lateness)
    return Seen(replace(found, mark=mark), counted)


def _same(engine: Engine, analyzed: AnalyzedProject, physical: Physical, before: Arrival) -> bool:
    """Whether the rows that are not settled are still as many, up to the same time. An engine's mark may come a little late."""
    if before.settled_at is None:
        return True
    query, findings = recent_query(analyzed, before.relation, engine.dialect, physical, before.settled_at)
    if query is None:
        raise FeaturecError(findings)
    (row,) = engine.query(query.sql)
    return (row["row_count"], instant(row["newest"])) == (before.rows - before.settled, before.newest)


def _counted(
    engine: Engine,
    analyzed: AnalyzedProject,
    key: str,
    physical: Physical,
    before: datetime | None,
    now: datetime,
    lateness: int,
) -> tuple[Arrival, int]:
    """What is counted of a source, and how many of its rows are from before an instant."""
    query, findings = arrivals_query(analyzed, key, engine.dialect, physical, before, now, lateness)
    if query is None:
        raise FeaturecError(findings)
    (row,) = engine.query(query.sql)
    newest, settled = instant(row["newest"]), instant(row["settled_at"])
    return Arrival(key, row["row_count"], settled, row["settled_count"], newest), row["before_count"]
