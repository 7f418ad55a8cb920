"""Which views are due: those whose schedule has a tick since they last ran."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from featurec.compiler import AnalyzedProject
from featurec.cron import newest_tick, next_tick
from featurec.spec import FeatureView


@dataclass(frozen=True)
class Due:
    """A view that is to run now.

    Attributes:
        tick: the newest tick that asks for it, in UTC. Earlier ones that were missed are answered by the same run.
        next: the first tick after now, in UTC.
    """

    view: str
    tick: datetime
    next: datetime


def due(views: Mapping[str, FeatureView], last: Mapping[str, datetime | None], now: datetime, zone: str) -> list[Due]:
    """The views with a tick in (last run, now], by tick and name.

    A view that never ran is due at once. So is one whose last run lies after the next tick: its clock was wrong, and waiting
    for that instant would leave ticks without a run. A view without a schedule is never due by itself, nor is one that is
    computed on demand.

    Args:
        last: view -> the instant as of which it last ran with success: what the run called now, not when it ended, since a tick
            that comes while a run goes on is not answered by it. None, or no entry: never.
        now: aware.
        zone: IANA name of the project's time zone, in which cron is read.
    """
    found = []
    for name, text in _scheduled(views):
        tick, following = newest_tick(text, now, zone), next_tick(text, now, zone)
        ran = last.get(name)
        if ran is None or ran < tick or ran >= following:
            found.append(Due(name, tick, following))
    return sorted(found, key=lambda d: (d.tick, d.view))


def next_ticks(views: Mapping[str, FeatureView], now: datetime, zone: str) -> dict[str, datetime]:
    """Scheduled view -> its first tick after now, in UTC."""
    return {name: next_tick(text, now, zone) for name, text in _scheduled(views)}


def with_unscheduled_parents(due: Iterable[str], analyzed: AnalyzedProject) -> set[str]:
    """The due views, and the views without a schedule that they read, directly or through other such views.

    Nothing else would ever bring those up to date. A parent with a schedule of its own is left to it.
    """
    found = set(due)
    todo = list(found)
    while todo:
        for key in analyzed.views[todo.pop()].relations:
            kind, _, name = key.partition(".")
            if kind == "view" and name not in found and analyzed.project.views[name].schedule is None:
                found.add(name)
                todo.append(name)
    return found


def _scheduled(views: Mapping[str, FeatureView]) -> list[tuple[str, str]]:
    return [(name, view.schedule) for name, view in sorted(views.items()) if view.schedule and not view.inputs]
