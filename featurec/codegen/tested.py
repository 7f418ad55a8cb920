"""The rows that fail a test, and how old the newest row is, as queries."""

from featurec.analysis.typed_value import typed
from featurec.codegen.given import spelled
from featurec.codegen.query import Query
from featurec.dialects.dialect import Dialect
from featurec.plan.nodes import EVENT, Rows
from featurec.plan.tested import Failing, Newest, SourceRows
from featurec.spec import Column
from featurec.transpile import condition_sql


def failing_rows(query: Query, plan: Failing) -> str:
    """One row for each failing one, at most ``limit``; ``__fc_failures`` says how many there are."""
    test = plan.test
    conditions = {part: _condition(query, plan, text) for part, text in test.conditions}
    column = plan.columns[0] if plan.columns else None
    failing = query.render(
        f"test/{test.kind}.sql",
        relation=_relation(query, plan.rows),
        shown=[f"tested.{query.id(c.name)}" for c in plan.shown] or ["1"],
        columns=[query.id(c.name) for c in plan.columns],
        accepted=[_value(value, column, query.dialect) for value in test.values if value is not None],
        least=_bound(test.least, column, query.dialect),
        greatest=_bound(test.greatest, column, query.dialect),
        other=query.relation(plan.other[0], {plan.other[1].name.lower()}) if plan.other else None,
        other_column=query.id(plan.other[1].name) if plan.other else None,
        condition=conditions.get("condition"),
        where=conditions.get("where"),
    )
    order = [query.id(c.name) for c in plan.order]
    return query.render("test/failing.sql", failing=failing, order=order, limit=plan.limit, inset=query.inset)


def newest_row(query: Query, plan: Newest) -> str:
    """One row, one column ``newest``: NULL where there is no row."""
    time_ = query.instant(plan.time, "tested") if plan.time else EVENT
    return query.render("test/newest.sql", relation=_relation(query, plan.rows), time=time_, now=plan.now)


def _relation(query: Query, rows: Rows | SourceRows) -> str:
    if isinstance(rows, SourceRows):
        return query.source(query.analyzed.project.sources[rows.key])
    return query.rows(rows)


def _condition(query: Query, plan: Failing, written: str) -> str:
    known = plan.view.conditions
    if isinstance(plan.rows, SourceRows):
        known = query.analyzed.source_conditions[plan.rows.key]
    query.verbatim |= "\n" in known[written]
    sql, findings = condition_sql(known[written], plan.view, query.dialect)
    query.findings += findings
    return sql or ""


def _bound(value: object, column: Column | None, dialect: Dialect) -> str | None:
    return None if value is None else _value(value, column, dialect)


def _value(written: object, column: Column | None, dialect: Dialect) -> str:
    """A value that a test names, as one of the column's type. That it is one has been checked."""
    kind = column.type if column else None
    return spelled(typed(written, kind), kind, dialect)
