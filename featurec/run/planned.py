"""What a run would do now, found out by looking: which tables it would make, or which of their rows it would write, and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from featurec.compiler import AnalyzedProject, Before, Comparison, LookBack, Physical, compare, definition, look_back
from featurec.engines.protocol import Engine
from featurec.run.arrivals import seen_now
from featurec.run.intervals import Asked, Base, Seen, Work, work
from featurec.run.state import Arrival, State, Version, Write
from featurec.spec import FeatureView


@dataclass(frozen=True)
class Planned:
    """What a run would write of one view.

    Attributes:
        table: that it would write into; None where it would make a new one.
        switches: whether readers would then see another table than now.
    """

    work: Work
    look_back: LookBack
    table: str | None
    switches: bool


def compared_with_target(engine: Engine, analyzed: AnalyzedProject) -> list[Comparison]:
    """Every view beside the version that readers of the target see; without any state all are new."""
    state = State(engine)
    active = {version.view: version.fingerprint for version in state.versions() if version.active}
    ours = {*analyzed.views, *(state.built_by(analyzed.project.name) if active else ())}
    before = Before({view: mark for view, mark in active.items() if view in ours}, state.definitions())
    return compared(before, analyzed)


def compared(before: Before, analyzed: AnalyzedProject) -> list[Comparison]:
    """Every view beside what it was."""
    views = {name: analyzed.views[name] for name in analyzed.order}
    prints = {name: view.fingerprint for name, view in views.items()}
    return compare(before, prints, {name: definition(view, analyzed) for name, view in views.items()})


def planned(
    engine: Engine, analyzed: AnalyzedProject, views: Collection[str], physical: Physical, asked: Asked
) -> dict[str, Planned]:
    """What a run of these views would write, parents first. Nothing is written; on-demand views have no tables.

    Args:
        physical: where the views live now.
    """
    planning = _Planning(engine, analyzed, physical, asked)
    return {name: planning.view(name) for name in analyzed.order if name in views and not _spec(analyzed, name).inputs}


class _Planning:
    """Views one after the other, each as it would find those before it."""

    def __init__(self, engine: Engine, analyzed: AnalyzedProject, physical: Physical, asked: Asked) -> None:
        self._engine = engine
        self._analyzed = analyzed
        self._physical = physical
        self._asked = asked
        self._state = State(engine)
        self._done: dict[str, Planned] = {}

    def view(self, name: str) -> Planned:
        versions = self._state.versions(name)
        mark = self._analyzed.views[name].fingerprint
        old = next((version for version in versions if version.fingerprint == mark), None)
        base = self._base(old) if old is not None else None
        back = look_back(self._analyzed, name)
        todo = work(_spec(self._analyzed, name), back, base, self._seen(name, base), self._asked)
        table = old.table if old is not None and base is not None and todo.kind != "full" else None
        active = next((version.table for version in versions if version.active), None)
        self._done[name] = Planned(todo, back, table, active is None or table != active)
        built = {view: at for view, at in self._physical.built.items() if view != name}
        if old is not None and table is not None:
            built[name] = old.built
        self._physical = replace(self._physical, built=built)
        return self._done[name]

    def _base(self, old: Version) -> Base | None:
        writes = self._state.writes(old.table)
        there = bool(writes) and self._state.has_table(old.table)
        return Base(old.table, writes, self._state.arrivals(old.table)) if there else None

    def _seen(self, name: str, base: Base | None) -> Sequence[Seen]:
        """The relations of a view as the run would find them when it comes to it."""
        if base is None:
            return ()
        found = seen_now(self._engine, self._analyzed, name, self._physical, base, self._asked.now)
        seen = [self._after(one) for one in found]
        for key in self._analyzed.views[name].relations:
            done = self._done.get(key.removeprefix("view.")) if key.startswith("view.") else None
            if done is not None and done.table is None:
                seen.append(Seen(Arrival(key, 0, parent_table="", parent_number=1), writes=None))
        return seen

    def _after(self, one: Seen) -> Seen:
        """A relation after what is planned for it."""
        done = self._done.get(one.arrival.relation.removeprefix("view."))
        if done is None or done.work.kind is None or one.writes is None:
            return one
        number = (one.arrival.parent_number or 0) + 1
        write = Write(number, "", done.work.kind, done.work.slice.ranges, 0, self._asked.now)
        return replace(one, writes=(*one.writes, write))


def below(analyzed: AnalyzedProject) -> Mapping[str, list[str]]:
    """View -> the views that read it, directly or not, parents first."""
    found: dict[str, set[str]] = {}
    for name in analyzed.order:
        parents = [key.removeprefix("view.") for key in analyzed.views[name].relations if key.startswith("view.")]
        found[name] = set(parents).union(*(found.get(parent, set()) for parent in parents))
    return {view: [name for name in analyzed.order if view in found[name]] for view in analyzed.order}


def _spec(analyzed: AnalyzedProject, view: str) -> FeatureView:
    spec = analyzed.views[view].spec
    assert isinstance(spec, FeatureView)
    return spec
