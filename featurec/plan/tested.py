"""The rows that fail a test, and the newest row, of a view or source table."""

from dataclasses import dataclass
from datetime import datetime

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.tested import related, source_view, tested_columns
from featurec.analysis.types import NUMERIC, TEMPORAL, family
from featurec.expectations import DataTest
from featurec.plan.nodes import Rows, TimeColumn
from featurec.plan.physical import Physical
from featurec.plan.rows import join_keys, rows_of, time_column
from featurec.spec import Column, FeatureView

_ORDERED = (*NUMERIC, *TEMPORAL, "text", "boolean")


@dataclass(frozen=True)
class SourceRows:
    """The rows of a source table."""

    key: str


@dataclass(frozen=True)
class Failing:
    """At most ``limit`` rows that fail a test, and how many do.

    Attributes:
        view: what is tested; a source table as a view of its columns.
        columns: those that the test names.
        shown: columns of a failing row: keys, time, what the test reads.
        order: those of them by which the rows are listed.
        other: relation key and column of what a value must occur in.
    """

    rows: Rows | SourceRows
    view: AnalyzedView
    test: DataTest
    columns: tuple[Column, ...]
    shown: tuple[Column, ...]
    order: tuple[Column, ...]
    limit: int
    other: tuple[str, Column] | None = None


@dataclass(frozen=True)
class Newest:
    """The time of the newest row that is not stamped after ``now``: one row, one column. ``time`` None: the stored τ."""

    rows: Rows | SourceRows
    time: TimeColumn | None
    now: datetime


def plan_view_test(
    view: AnalyzedView, analyzed: AnalyzedProject, physical: Physical, test: DataTest, read: tuple[str, ...], limit: int
) -> Failing:
    """A test of a view; ``read``: columns that its conditions read."""
    keys = [column.name for column in join_keys(view, analyzed)]
    assert isinstance(view.spec, FeatureView)
    return _failing(rows_of(view, physical), view, analyzed, test, [*keys, view.spec.timestamp or "", *read], limit)


def plan_source_test(key: str, analyzed: AnalyzedProject, test: DataTest, read: tuple[str, ...], limit: int) -> Failing:
    """A test of a source table; ``read``: columns that its conditions read."""
    table = analyzed.project.sources[key]
    view = source_view(table, analyzed.project)
    shown = [*table.unique, table.timestamp or "", *read]
    return _failing(SourceRows(key), view, analyzed, test, shown, limit)


def plan_view_newest(view: AnalyzedView, physical: Physical, now: datetime) -> Newest:
    """The newest event time of a view."""
    return Newest(rows_of(view, physical), None, now)


def plan_source_newest(key: str, analyzed: AnalyzedProject, now: datetime) -> Newest:
    """The newest time at which a row of a source table became known."""
    table = analyzed.project.sources[key]
    view = source_view(table, analyzed.project)
    return Newest(SourceRows(key), time_column(view, table.available_at or table.timestamp or ""), now)


def _failing(
    rows: Rows | SourceRows,
    view: AnalyzedView,
    analyzed: AnalyzedProject,
    test: DataTest,
    shown: list[str],
    limit: int,
) -> Failing:
    columns = tested_columns(test, view)
    names = [*shown, *(column.name for column in columns)]
    found = {column.name: column for name in names if name and (column := view.column(name)) is not None}
    listed = columns if test.kind == "unique" else tuple(found.values())
    order = tuple(column for column in listed if family(column.type) in _ORDERED)
    other = related(test, analyzed.project, analyzed.views)
    return Failing(rows, view, test, columns, tuple(found.values()), order, limit, other)
