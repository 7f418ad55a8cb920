"""The newest row per entity, all rows and the windows of one entity, the first rows of a view."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.windowed import windowed
from featurec.diagnostic import Diagnostic
from featurec.plan.nodes import Key, StoredRows
from featurec.plan.own import plan_own
from featurec.plan.physical import Physical
from featurec.plan.rows import columns, feature_view, join_keys, output_column, rank_of, rows_of, view_rows
from featurec.plan.strategy import Strategies
from featurec.plan.view_plans import History, Latest, Moment, Preview, SelectedRows
from featurec.plan.windows import RANGE_JOIN, Asked, all_windows, plan_windows
from featurec.spec import Column, FeatureView, Scalar


def plan_latest(
    view: AnalyzedView,
    analyzed: AnalyzedProject,
    physical: Physical,
    as_of: datetime,
    strategies: Strategies,
    since: datetime | None = None,
) -> tuple[Latest | None, list[Diagnostic]]:
    """Keys, declared features of the newest usable row and all windows of each entity at ``as_of``.

    With ``since``, only of entities for which something of that may have changed after it. None where there are findings.
    """
    rank = rank_of(view, analyzed, physical)
    strategy = "distinct_on" if strategies.latest == "arg_max" and not rank.by_event_alone else strategies.latest
    features = tuple(Column(output_column(view, f.name).name, f.type) for f in feature_view(view).features)
    keys = join_keys(view, analyzed)
    asked = Asked(view, view.name, _own_keys(view, analyzed), all_windows(view))
    # All values are of one instant, so that every row is looked at once.
    windowing = replace(strategies.windowing, asked=RANGE_JOIN)
    windows, findings = plan_windows(asked, analyzed, physical, windowing) if asked.features else ((), [])
    if findings:
        return None, findings
    return Latest(rows_of(view, physical), keys, features, rank, as_of, strategy, windows, since), []


def plan_history(
    view: AnalyzedView,
    analyzed: AnalyzedProject,
    physical: Physical,
    keys: Mapping[str, Scalar],
    feature: str | None = None,
) -> History:
    """All rows of the entity with these join key values; every key of the view is given.

    For a windowed ``feature`` with a filter, each with what the filter says of it.
    """
    found = windowed(view).get(feature or "")
    condition = view.filters[found.aggregation.filter] if found and found.aggregation.filter is not None else None
    return History(rows_of(view, physical), _entity(view, analyzed, keys), rank_of(view, analyzed, physical), condition)


def plan_moment(
    view: AnalyzedView,
    analyzed: AnalyzedProject,
    physical: Physical,
    keys: Mapping[str, Scalar],
    feature: str,
    at: datetime,
    strict: bool,
    strategies: Strategies,
) -> tuple[Moment | None, list[Diagnostic]]:
    """A windowed feature of one entity at an instant. None where there are findings."""
    features = tuple(found for found in all_windows(view) if found.name == feature)
    asked = Asked(view, view.name, _own_keys(view, analyzed), features, strict)
    windows, findings = plan_windows(asked, analyzed, physical, replace(strategies.windowing, asked=RANGE_JOIN))
    return (None if findings else Moment(_entity(view, analyzed, keys), at, windows)), findings


def _entity(
    view: AnalyzedView, analyzed: AnalyzedProject, keys: Mapping[str, Scalar]
) -> tuple[tuple[Column, Scalar], ...]:
    return tuple((key, keys[key.name]) for key in join_keys(view, analyzed))


def _own_keys(view: AnalyzedView, analyzed: AnalyzedProject) -> tuple[Key, ...]:
    """The keys of a view as a spine has them that is made of them."""
    return tuple(Key(key.name, key.name, key.type or "varchar") for key in join_keys(view, analyzed))


def plan_preview(
    view: AnalyzedView, analyzed: AnalyzedProject, physical: Physical, limit: int | None, strategies: Strategies
) -> tuple[Preview | None, list[Diagnostic]]:
    """The first rows of a view or spine. None where there are findings."""
    names = windowed(view)
    if names:
        own, findings = plan_own(view, analyzed, physical, strategies.windowing, names, limit)
        outputs = tuple(Column(feature.output, feature.type) for feature in all_windows(view))
        return (None if findings else Preview(own.rows, limit, own.windows, outputs)), findings
    if view.name in physical.built and isinstance(view.spec, FeatureView):
        table = physical.built[view.name].table
        return Preview(StoredRows(view.name, (physical.schema, table), columns(view)), limit), []
    if isinstance(view.spec, FeatureView) and view.spec.start and view.spec.timestamp:
        # What is before its start is told by the time of a row.
        return Preview(view_rows(view), limit), []
    return Preview(SelectedRows(view.name, columns(view)), limit), []
