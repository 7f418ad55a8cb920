"""A windowed view as others read it: each of its rows, with its windows as of the row's own time."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.windowed import windowed
from featurec.diagnostic import Diagnostic
from featurec.plan.nodes import Key, Rows, WindowAgg
from featurec.plan.physical import Physical
from featurec.plan.rows import join_keys, rows_of
from featurec.plan.windows import Asked, Windowing, all_windows, plan_windows


@dataclass(frozen=True)
class OwnWindows:
    """The rows of a view, and the windows that end at the event time of each."""

    rows: Rows
    windows: tuple[WindowAgg, ...]


def plan_own(
    view: AnalyzedView,
    analyzed: AnalyzedProject,
    physical: Physical,
    windowing: Windowing,
    names: Collection[str],
    limit: int | None = None,
) -> tuple[OwnWindows, list[Diagnostic]]:
    """The named windowed features at each row of a view, or at ``limit`` of them; findings as of ``plan_windows``."""
    built = physical.built.get(view.name)
    rows = built.statistics.rows if built and built.statistics else None
    if limit is not None:
        rows = limit if rows is None else min(limit, rows)
    keys = tuple(Key(key.name, key.name, key.type or "varchar") for key in join_keys(view, analyzed))
    features = tuple(feature for feature in all_windows(view) if feature.name in names)
    asked = Asked(view, view.name, keys, features)
    windows, findings = plan_windows(asked, analyzed, physical, replace(windowing, spine_rows=rows))
    return OwnWindows(rows_of(view, physical), windows), findings


def window_notes(analyzed: AnalyzedProject, windowing: Windowing, views: Collection[str]) -> tuple[str, ...]:
    """Per view with windows by which strategies they are computed, and why, as far as that is known without a database."""
    notes = []
    for name in views:
        view = analyzed.views[name]
        if all_windows(view):
            own, findings = plan_own(view, analyzed, Physical(), windowing, windowed(view))
            notes += [f"{name}: {finding.claim}" for finding in findings]
            notes += [note_of(node) for node in own.windows]
    return tuple(notes)


def note_of(node: WindowAgg, place: str = "") -> str:
    """``arrivals: 3 windows by prefix: …``, with ``place``, where rows are read, before the windows."""
    count = "1 window" if len(node.features) == 1 else f"{len(node.features)} windows"
    return f"{node.role}: {place + ', ' if place else ''}{count} by {node.strategy}: {node.reason}"
