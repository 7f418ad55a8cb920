"""The pipeline on one screen: files → project → analysis → plan → SQL.

Pure but for ``load``, which reads the files, and the cache, which changes no result.

Every function returns its result beside the findings; a result is None where findings forbid it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from featurec.analysis.analyze import analyze
from featurec.analysis.changes import Before, Change, Comparison, Grade, compare, worst
from featurec.analysis.definition import Definition, definition
from featurec.analysis.look_back import LookBack, look_back_of, undated_of
from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.windowed import Windowed, windowed
from featurec.cache import Cache
from featurec.codegen import generate, render_sql
from featurec.codegen.on_demand import ROWS_DIALECT, composed, over_rows, view_sql
from featurec.codegen.parts import generate_parts
from featurec.diagnostic import Diagnostic, has_errors, in_order
from featurec.dialects.dialect import Dialect, get
from featurec.leakage import Accepted, weigh
from featurec.lint.result import Suppressed
from featurec.loading import Loaded, load_project
from featurec.plan.answer import features_of, notes_on
from featurec.plan.build import plan_arrivals, plan_build, plan_dropped
from featurec.plan.latest import plan_history, plan_latest, plan_moment, plan_preview
from featurec.plan.nodes import SpineTable
from featurec.plan.parts import Division, Sizes, divide
from featurec.plan.physical import BuiltTable, Physical, Statistics
from featurec.plan.rows import join_keys
from featurec.plan.slices import Range, Slice
from featurec.plan.strategy import Strategies
from featurec.plan.training import TrainingRequest, on_demand, plan_training
from featurec.plan.view_plans import Arriving, Plan
from featurec.source import SourceFile
from featurec.spec import Column, FeatureView, Project, Scalar

__all__ = [
    "AnalyzedProject",
    "AnalyzedView",
    "Arriving",
    "Before",
    "BuiltTable",
    "Change",
    "Comparison",
    "Compilation",
    "Compiled",
    "CompiledQuery",
    "Definition",
    "Grade",
    "Loaded",
    "LookBack",
    "Physical",
    "Range",
    "Sizes",
    "Slice",
    "SpineTable",
    "Statistics",
    "TrainingRequest",
    "Windowed",
    "analyze_project",
    "arrivals_query",
    "build_query",
    "compare",
    "compile_project",
    "definition",
    "dropped_query",
    "history_query",
    "latest_query",
    "load_project",
    "look_back",
    "on_demand_query",
    "preview_query",
    "reads_undated",
    "training_query",
    "view_keys",
    "window_query",
    "windowed_features",
    "with_inline_view",
    "worst",
]


@dataclass(frozen=True)
class Compilation:
    """A project as far as it could be understood, and every finding on the way.

    Attributes:
        diagnostics: the findings that nobody answers for.
        cache: what is known of unchanged views, if it was asked for; not yet saved.
        suppressed: findings that a ``noqa`` comment answers.
        accepted: key of a view or spine -> what was accepted of it that sees the future.
    """

    project: Project
    analyzed: AnalyzedProject
    diagnostics: tuple[Diagnostic, ...]
    cache: Cache | None = None
    suppressed: tuple[Suppressed, ...] = ()
    accepted: Mapping[str, tuple[Accepted, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class CompiledQuery:
    """A query that can be run.

    Attributes:
        sql: formatted, with a header comment.
        dialect: what it is written in.
        columns: of the result, types where known.
        notes: per view where it is read from and how it is looked up, for people.
        division: of a training set whose sizes are known, the memory that it takes and its parts.
        before: statements to be run first, in the same session; their temporary tables are what the query reads.
        after: what DuckDB then computes of the result, the relation ``__fc_read``; None where that is part of the query itself.
    """

    sql: str
    dialect: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    division: Division | None = None
    before: tuple[str, ...] = ()
    after: str | None = None


Compiled = tuple[CompiledQuery | None, list[Diagnostic]]
"""A query, None where findings forbid it, and the findings."""


def with_inline_view(loaded: Loaded, name: str, sql: str) -> Loaded:
    """With one more view that is nothing but a query: it has no keys, times or features, and can only be looked at."""
    view = FeatureView(name, SourceFile("--inline", sql), 0, (), None, dialect=loaded.project.dialect)
    project = replace(loaded.project, views={**loaded.project.views, name: view})
    return replace(loaded, project=project, context=replace(loaded.context, project=project))


def analyze_project(
    loaded: Loaded, names: Collection[str] | None = None, *, allow_leakage: bool = False
) -> Compilation:
    """Analyze the views and spines called ``names``, and what they read; None for all.

    With ``allow_leakage`` a view that sees the future is a warning.
    """
    analyzed, findings = analyze(loaded.project, loaded.context, names, loaded.cache)
    weighed = weigh(analyzed, in_order([*loaded.diagnostics, *findings]), allow_leakage=allow_leakage)
    return Compilation(loaded.project, analyzed, weighed.findings, loaded.cache, weighed.suppressed, weighed.accepted)


def compile_project(
    root: Path,
    *,
    target: str | None = None,
    vars: Mapping[str, object] | None = None,
    names: Collection[str] | None = None,
) -> Compilation:
    """Load and analyze a project; arguments as of ``load_project`` and ``analyze_project``."""
    return analyze_project(load_project(root, target=target, vars=vars), names)


def view_keys(analyzed: AnalyzedProject, view: str) -> tuple[str, ...]:
    """The output columns that hold a view's join keys, in the order of its entities."""
    return tuple(column.name for column in join_keys(analyzed.views[view], analyzed))


def windowed_features(analyzed: AnalyzedProject, view: str) -> tuple[Windowed, ...]:
    """The windowed features of a view, in the order of its header."""
    return tuple(windowed(analyzed.views[view]).values())


def look_back(analyzed: AnalyzedProject, view: str) -> LookBack:
    """How far before its own rows a view looks."""
    return look_back_of(analyzed.views[view], analyzed)


def reads_undated(analyzed: AnalyzedProject, view: str) -> frozenset[str]:
    """The sources of which rows without a time may have a part in the rows of a view."""
    return undated_of(analyzed.views[view], analyzed)


def build_query(
    analyzed: AnalyzedProject, view: str, dialect: Dialect, physical: Physical, slice: Slice | None = None
) -> Compiled:
    """The rows that the view's offline table holds: the author's columns and the four times.

    With ``slice``, exactly those of these rows that are in it, computed from no more of what the view reads than they need.
    """
    found = analyzed.views[view]
    times = tuple(Column(n, "timestamptz") for n in ("__fc_event", "__fc_created", "__fc_available", "__fc_at"))
    return _compiled(plan_build(found, analyzed, slice), analyzed, dialect, physical, found, found.columns + times)


def dropped_query(
    analyzed: AnalyzedProject, view: str, dialect: Dialect, physical: Physical, slice: Slice | None = None
) -> Compiled:
    """One row, one column: how many rows ``build_query`` leaves out because their times are NULL.

    With ``slice``, of the rows that come of what is read for it.
    """
    found = analyzed.views[view]
    plan = plan_dropped(found, analyzed, slice)
    return _compiled(plan, analyzed, dialect, physical, found, (Column("dropped", "bigint"),))


def arrivals_query(
    analyzed: AnalyzedProject, relation_key: str, dialect: Dialect, physical: Physical, asked: Arriving
) -> Compiled:
    """What has become known of a relation; its columns are those of ``asked``."""
    plan = plan_arrivals(relation_key, analyzed, physical, asked)
    sql, findings = generate(plan, analyzed, dialect, physical)
    return (None if sql is None else CompiledQuery(sql + "\n", dialect.name, asked.columns)), findings


def latest_query(
    analyzed: AnalyzedProject,
    view: str,
    dialect: Dialect,
    physical: Physical,
    as_of: datetime,
    since: datetime | None = None,
) -> Compiled:
    """The newest usable row of each entity and its windows: keys, features, windowed features, ``__fc_event``, ``__fc_created``.

    With ``since``, only entities whose row, or what is in whose windows, may have changed after it.
    """
    found = analyzed.views[view]
    plan, findings = plan_latest(found, analyzed, physical, as_of, _strategies(dialect), since)
    if plan is None:
        return None, findings
    windows = tuple(Column(f.output, f.type) for node in plan.windows for f in node.features)
    times = (Column("__fc_event", "timestamptz"), Column("__fc_created", "timestamptz"))
    columns = plan.keys + plan.features + times + windows
    return _compiled(plan, analyzed, dialect, physical, found, columns)


def history_query(
    analyzed: AnalyzedProject,
    view: str,
    dialect: Dialect,
    physical: Physical,
    keys: Mapping[str, Scalar],
    feature: str | None = None,
) -> Compiled:
    """All rows of one entity with the four times, highest rank first. ``keys``: output column -> value.

    For a windowed ``feature`` with a filter there is a column ``__fc_kept``: whether the filter is true.
    """
    found = analyzed.views[view]
    if _is_on_demand(found):
        return None, [on_demand(view, found.spec.span)]
    plan = plan_history(found, analyzed, physical, keys, feature)
    times = tuple(Column(n, "timestamptz") for n in ("__fc_event", "__fc_created", "__fc_available", "__fc_at"))
    kept = (Column("__fc_kept", "boolean"),) if plan.condition is not None else ()
    return _compiled(plan, analyzed, dialect, physical, found, found.columns + times + kept)


def window_query(
    analyzed: AnalyzedProject,
    view: str,
    dialect: Dialect,
    physical: Physical,
    keys: Mapping[str, Scalar],
    feature: str,
    at: datetime,
    strict: bool = False,
) -> Compiled:
    """One row: the entity's keys and a windowed feature of it at an instant. ``keys``: output column -> value."""
    found = analyzed.views[view]
    plan, findings = plan_moment(found, analyzed, physical, keys, feature, at, strict, _strategies(dialect))
    if plan is None:
        return None, findings
    value = tuple(Column(f.output, f.type) for node in plan.windows for f in node.features)
    return _compiled(plan, analyzed, dialect, physical, found, tuple(key for key, _ in plan.keys) + value)


def preview_query(
    analyzed: AnalyzedProject, view: str, dialect: Dialect, physical: Physical, limit: int | None
) -> Compiled:
    """The author's columns of a view or spine, windowed features at each row's own time; at most ``limit`` rows."""
    found = analyzed.views.get(view) or analyzed.spines[view]
    if _is_on_demand(found):
        return None, [on_demand(view, found.spec.span)]
    plan, findings = plan_preview(found, analyzed, physical, limit, _strategies(dialect))
    if plan is None:
        return None, findings
    return _compiled(plan, analyzed, dialect, physical, found, found.columns + plan.outputs)


def on_demand_query(analyzed: AnalyzedProject, view: str) -> Compiled:
    """An on-demand view in DuckDB's SQL, which evaluates it everywhere; a parameter for each input and feature."""
    found, dialect = analyzed.views[view], get(ROWS_DIALECT)
    sql, findings = view_sql(found, analyzed)
    if sql is None:
        return None, findings
    title = f"on-demand view {view}, {found.spec.file.path}"
    return CompiledQuery(_titled(sql, title, dialect, [found.fingerprint]), dialect.name, found.columns), findings


def training_query(
    analyzed: AnalyzedProject, request: TrainingRequest, dialect: Dialect, physical: Physical
) -> Compiled:
    """Every spine row once, in order: its columns, then the features as they were known at its time."""
    plan, findings = plan_training(request, analyzed, physical, _strategies(dialect))
    if plan is None:
        return None, findings
    division = divide(plan, analyzed, physical, request.sizes) if request.sizes else None
    before: tuple[str, ...] = ()
    if division and division.groups:
        in_parts, refused = generate_parts(plan, division, analyzed, dialect, physical)
        sql, before = (in_parts.sql, in_parts.statements) if in_parts else (None, ())
    else:
        sql, refused = generate(plan, analyzed, dialect, physical)
    after, of_after = over_rows(plan, analyzed)
    refused += [finding for finding in of_after if finding not in refused]
    if sql is None or has_errors(of_after):
        return None, findings + refused
    if after and dialect.name == ROWS_DIALECT:
        sql, after = composed(sql, after), None
    title = f"training set on {request.spine if isinstance(request.spine, str) else '.'.join(request.spine.relation)}"
    views = [lookup.rows.view for lookup in plan.lookups] + [node.rows.view for node in plan.windows]
    views += [node.view for node in plan.on_demand]
    prints = [analyzed.views[name].fingerprint for name in views]
    return (
        CompiledQuery(
            _titled(sql, title, dialect, prints),
            dialect.name,
            plan.spine.columns + features_of(plan, analyzed),
            notes_on(plan, physical),
            division,
            before,
            after,
        ),
        findings + refused,
    )


def _is_on_demand(view: AnalyzedView) -> bool:
    return isinstance(view.spec, FeatureView) and bool(view.spec.inputs)


def _compiled(
    plan: Plan,
    analyzed: AnalyzedProject,
    dialect: Dialect,
    physical: Physical,
    view: AnalyzedView,
    columns: tuple[Column, ...],
) -> Compiled:
    sql, findings = generate(plan, analyzed, dialect, physical)
    if sql is None:
        return None, findings
    title = f"{type(plan).__name__.lower()} of view {view.name}, {view.spec.file.path}"
    return CompiledQuery(_titled(sql, title, dialect, [view.fingerprint]), dialect.name, columns), findings


def _titled(sql: str, title: str, dialect: Dialect, fingerprints: Collection[str]) -> str:
    prints = " ".join(sorted({f[:8] for f in fingerprints}))
    return render_sql("header.sql", dialect, title=title, fingerprint=prints) + "\n" + sql + "\n"


def _strategies(dialect: Dialect) -> Strategies:
    return Strategies(dialect.asof[0], dialect.asof_inline, dialect.latest[0], dialect.windowing)
