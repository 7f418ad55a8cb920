"""A plan as one formatted SELECT."""

from collections.abc import Collection, Sequence
from types import SimpleNamespace

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.codegen.asof import PICKING, asof_output, join_asof
from featurec.codegen.query import Query
from featurec.codegen.ranking import rank_terms
from featurec.codegen.readings import restricted
from featurec.codegen.spelling import literal, sql_type
from featurec.codegen.tested import failing_rows, newest_row
from featurec.codegen.windows import join_windows, window_outputs
from featurec.diagnostic import Diagnostic, has_errors
from featurec.dialects.dialect import Dialect
from featurec.plan.nodes import (
    EVENT,
    FeatureColumn,
    Numbered,
    Part,
    Spine,
    SpineQuery,
    StoredRows,
    TimeColumn,
    Training,
    WindowAgg,
)
from featurec.plan.own import plan_own
from featurec.plan.physical import Physical
from featurec.plan.slices import Reading
from featurec.plan.tested import Failing, Newest
from featurec.plan.view_plans import Arrivals, Build, Dropped, History, Latest, Moment, Plan, Preview, SelectedRows
from featurec.spec import Column


def generate(
    plan: Plan, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical
) -> tuple[str | None, list[Diagnostic]]:
    """A plan as one formatted SELECT of the dialect, or the findings that forbid it."""
    query = Query(analyzed, dialect, physical, _with_windows)
    sql = _sql(query, plan)
    return (None, query.findings) if has_errors(query.findings) else (sql, query.findings)


def _sql(query: Query, plan: Plan) -> str:
    match plan:
        case Build():
            return query.with_ctes(query.computed(plan.rows, slice_=plan.slice, readings=plan.readings))
        case Dropped():
            return query.with_ctes(query.computed(plan.rows, "rows/dropped.sql", readings=plan.readings))
        case Arrivals():
            return query.with_ctes(_arrivals(query, plan))
        case Preview():
            return query.with_ctes(_preview(query, plan))
        case History():
            return query.with_ctes(_history(query, plan))
        case Moment():
            return query.with_ctes(_moment(query, plan))
        case Latest():
            return query.with_ctes(_latest(query, plan))
        case Numbered():
            return query.with_ctes(_spine(query, plan.spine))
        case Failing():
            return query.with_ctes(failing_rows(query, plan))
        case Newest():
            return query.with_ctes(newest_row(query, plan))
        case Training():
            return _training(query, plan)


def _training(query: Query, plan: Training) -> str:
    shared = bool(plan.windows) or any(lookup.strategy in PICKING for lookup in plan.lookups)
    names = [query.id(c.name) for c in plan.spine.columns]
    query.part = plan.spine if isinstance(plan.spine, Part) else None
    query.cte("__fc_spine", _spine(query, plan.spine), materialized=shared)
    joins = [join_asof(query, lookup) for lookup in plan.lookups]
    joins += [join for node in plan.windows for join in join_windows(query, node)]
    by_role = {lookup.role: lookup for lookup in plan.lookups}
    sliding = {(node.role, feature): sql for node in plan.windows for feature, sql in window_outputs(query, node)}
    outputs = [
        asof_output(query, by_role[role], feature)
        if isinstance(feature, FeatureColumn)
        else sliding[role, feature.output]
        for role, feature in plan.outputs
    ]
    if query.part:
        return query.with_ctes(query.render("beside.sql", columns=["__fc_row"], outputs=outputs, joins=joins))
    return query.with_ctes(query.render("training.sql", columns=names, outputs=outputs, joins=joins))


def _spine(query: Query, spine: Spine) -> str:
    names = [query.id(c.name) for c in spine.columns]
    if isinstance(spine, Part):
        return query.shared("parts/spine.sql", query.id(spine.relation), columns=names)
    if isinstance(spine, SpineQuery):
        relation = f"(\n{query.inset(query.author(query.analyzed.spines[spine.name]))}\n)"
        time = spine.timestamp
    else:
        relation = query.id(spine.relation)
        kind = next(c.type for c in spine.columns if c.name == spine.timestamp) or "timestamptz"
        time = TimeColumn(spine.timestamp, kind, spine.timezone)
    # An engine that may compute a CTE twice needs an order that is the same both times; where rows are equal it may differ.
    order = "" if query.dialect.materialized else "ORDER BY " + ", ".join(names)
    return query.render(
        "spine.sql",
        columns=[f"asked.{name}" for name in names],
        time=query.instant(time, "asked"),
        relation=f"{relation} AS asked",
        row_order=order,
    )


def _latest(query: Query, plan: Latest) -> str:
    keys = [query.id(k.name) for k in plan.keys]
    features = [query.id(c.name) for c in plan.features]
    relation = query.rows(plan.rows)
    as_of = literal(plan.as_of, query.dialect)
    if plan.since is not None:
        ends = {
            span
            for node in plan.windows
            for feature in node.features
            for span in (feature.span.start, feature.span.end)
        }
        body = query.render(
            "latest/changed.sql",
            relation=relation,
            keys=keys,
            since=literal(plan.since, query.dialect),
            as_of=as_of,
            ages=sorted(age for age in ends if age),
        )
        relation = query.cte("__fc_changed", body)
    select = query.render(
        f"latest/{plan.strategy}.sql",
        relation=relation,
        keys=keys,
        features=features,
        columns=keys + features,
        as_of=as_of,
        rank_descending=rank_terms(query, plan.rank),
    )
    if not plan.windows:
        return select
    columns = [*keys, *features, EVENT, "__fc_created"]
    return _beside(query, f"(\n{query.inset(select)}\n) AS latest", columns, as_of, plan.windows)


def _beside(query: Query, relation: str, columns: Sequence[str], time: str, windows: Sequence[WindowAgg]) -> str:
    """Rows that are a spine of their own, at an instant each, with their windows."""
    joins, outputs = _own_spine(query, relation, columns, time, windows)
    return query.render("beside.sql", columns=columns, outputs=list(outputs.values()), joins=joins)


def _own_spine(
    query: Query, relation: str, columns: Sequence[str], time: str, windows: Sequence[WindowAgg]
) -> tuple[list[str], dict[str, str]]:
    """Makes rows a spine; the joins that bring their windows, and output name -> SELECT item."""
    body = query.render("spine.sql", columns=columns, time=time, relation=relation, row_order="")
    query.cte("__fc_spine", body, materialized=True)
    joins = [join for node in windows for join in join_windows(query, node)]
    return joins, {name: sql for node in windows for name, sql in window_outputs(query, node)}


def _with_windows(query: Query, view: AnalyzedView, names: Collection[str], reading: Reading | None) -> str:
    """See ``query.WithWindows``."""
    inner = query.nested()
    own, findings = plan_own(view, query.analyzed, query.physical, query.dialect.windowing, names)
    query.findings += findings
    columns = [inner.id(column.name) for column in view.columns]
    relation = f"{restricted(inner.rows(own.rows), reading, inner.dialect)} AS own"
    select = _beside(inner, relation, columns, EVENT, own.windows)
    query.verbatim |= inner.verbatim
    return "(\n" + inner.with_ctes(select, footer=False) + "\n)"


def _arrivals(query: Query, plan: Arrivals) -> str:
    if isinstance(plan.relation, str):
        relation = query.source(query.analyzed.project.sources[plan.relation])
    elif isinstance(plan.relation, StoredRows):
        relation = query.rows(plan.relation)
    else:
        inner = query.nested()
        relation = f"(\n{inner.with_ctes(inner.computed(plan.relation), footer=False)}\n)"
        query.verbatim |= inner.verbatim
    time = query.instant(plan.time, "arriving") if plan.time else None
    columns = [SimpleNamespace(name=c.name, ambiguous=_is_ambiguous(c)) for c in plan.columns]
    return query.render(f"build/{plan.asked.what}.sql", relation=relation, time=time, asked=plan.asked, columns=columns)


def _is_ambiguous(column: Column) -> bool:
    """Whether its type has, also in parts, values that are equal and yet not the same."""
    return any(part in (column.type or "").lower() for part in ("float", "real", "double", "interval"))


def _history(query: Query, plan: History) -> str:
    conditions = [f"{query.id(c.name)} = {_typed(query, value, c)}" for c, value in plan.keys]
    return query.render(
        "history.sql",
        relation=query.rows(plan.rows),
        columns=[query.id(c.name) for c in plan.rows.columns],
        conditions=conditions,
        condition=query.condition(plan.condition, plan.rows.view) if plan.condition is not None else None,
        rank_descending=rank_terms(query, plan.rank),
    )


def _moment(query: Query, plan: Moment) -> str:
    columns = [query.id(column.name) for column, _ in plan.keys]
    entity = ", ".join(
        f"{_typed(query, value, column)} AS {name}" for name, (column, value) in zip(columns, plan.keys, strict=True)
    )
    return _beside(query, f"(SELECT {entity}) AS asked", columns, literal(plan.at, query.dialect), plan.windows)


def _typed(query: Query, value: object, column: Column) -> str:
    if column.type is None:
        return literal(value, query.dialect)
    return f"CAST({literal(value, query.dialect)} AS {sql_type(column.type, query.dialect.sqlglot)})"


def _preview(query: Query, plan: Preview) -> str:
    rows = plan.rows
    columns = [query.id(c.name) for c in rows.columns]
    if not isinstance(rows, SelectedRows):
        relation = query.rows(rows)
    else:
        found = query.analyzed.views.get(rows.name) or query.analyzed.spines[rows.name]
        relation = f"(\n{query.inset(query.author(found))}\n) AS author"
    if not plan.windows:
        return query.render("rows/stored.sql", columns=columns, relation=relation, limit=plan.limit)
    shown = query.render("rows/stored.sql", columns=[*columns, EVENT], relation=relation, limit=plan.limit)
    joins, windows = _own_spine(query, f"(\n{query.inset(shown)}\n) AS own", columns, EVENT, plan.windows)
    outputs = [windows[column.name] for column in plan.outputs]
    return query.render("training.sql", columns=columns, outputs=outputs, joins=joins)
