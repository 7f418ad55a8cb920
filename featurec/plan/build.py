"""The build of a view, whole or by slices, what it leaves out, and what has arrived for it."""

from collections.abc import Mapping

from featurec.analysis.look_back import look_back_of
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.plan.physical import Physical
from featurec.plan.rows import rows_of, view_rows
from featurec.plan.slices import Reading, Slice, arrival, readings
from featurec.plan.view_plans import Arrivals, Arriving, Build, Dropped


def plan_build(view: AnalyzedView, analyzed: AnalyzedProject, slice_: Slice | None = None) -> Build:
    """The rows that a view's offline table holds, or those of a slice of it."""
    return Build(view_rows(view), slice_, _readings(view, analyzed, slice_))


def plan_dropped(view: AnalyzedView, analyzed: AnalyzedProject, slice_: Slice | None = None) -> Dropped:
    """The count of rows that a build leaves out, of those that it makes."""
    return Dropped(view_rows(view), _readings(view, analyzed, slice_))


def plan_arrivals(key: str, analyzed: AnalyzedProject, physical: Physical, asked: Arriving) -> Arrivals:
    """What has become known of a relation."""
    time = arrival(key, analyzed.project)
    if key.startswith("view."):
        return Arrivals(rows_of(analyzed.views[key.removeprefix("view.")], physical), time, (), asked)
    return Arrivals(key, time, analyzed.project.sources[key].columns, asked)


def _readings(view: AnalyzedView, analyzed: AnalyzedProject, slice_: Slice | None) -> Mapping[str, Reading]:
    if slice_ is None or slice_.is_whole:
        return {}
    return readings(view, analyzed, slice_, look_back_of(view, analyzed))
