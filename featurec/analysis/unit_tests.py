"""Unit tests against what they name: relations and columns that exist, values of their types."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from featurec.analysis.model import RELATION_DB, AnalyzedView
from featurec.analysis.on_demand import is_on_demand, request_columns
from featurec.analysis.tested import UNUSABLE
from featurec.analysis.typed_value import Misfit, typed
from featurec.analysis.windowed import relation_columns, windowed
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.expectations import Given, GivenRow, UnitTest
from featurec.spec import Column, FeatureView, Project, SourceTable

Row = Mapping[str, object]
"""Column, as the relation spells it -> value of its type."""

REQUEST = "request"
"""What is given to an on-demand view beside the rows of relations: the requests that it answers."""


def check_unit_tests(
    project: Project, views: Mapping[str, AnalyzedView], names: Collection[str] | None
) -> Iterator[Diagnostic]:
    """Findings of every unit test.

    Args:
        views: analyzed ones; a test of a view that is missing here is not judged.
        names: the views asked for; None for all.
    """
    for test in project.unit_tests:
        if names is not None and test.view not in names:
            continue
        declared = project.views.get(test.view)
        if declared is None:
            fix = did_you_mean(test.view, project.views)
            claim = f"there is no feature view `{test.view}`"
            yield Diagnostic("FC216", claim, test.spans.get("view"), f"the unit test `{test.name}` is of it", fix)
        elif test.view in views:
            yield from _check(test, views[test.view], project, views)


def given_columns(given: Given, project: Project, views: Mapping[str, AnalyzedView]) -> tuple[Column, ...] | None:
    """The columns that given rows may have; None where there is no such relation."""
    table = project.sources.get(f"source.{given.relation}")
    if given.relation in views:
        return views[given.relation].columns
    return table.columns if table else None


def expected_columns(test: UnitTest, view: AnalyzedView, project: Project) -> tuple[Column, ...]:
    """The columns that are compared, in the order of their first mention: those that any expected row names."""
    known = _by_name(_answered(view, project))
    found = {column.name: column for row in test.expect for name in row if (column := known.get(name.lower()))}
    return tuple(found.values())


def typed_rows(rows: Sequence[GivenRow], columns: Sequence[Column]) -> list[Row]:
    """The rows with a value for every column, None where it is not written. That values fit has been checked."""
    known = _by_name(columns)
    found: list[Row] = []
    for row in rows:
        written = {column.name: cell.value for name, cell in row.items() if (column := known.get(name.lower()))}
        found.append({column.name: typed(written.get(column.name), column.type) for column in columns})
    return found


def read_relations(view: AnalyzedView, given: Collection[str], views: Mapping[str, AnalyzedView]) -> list[str]:
    """Keys of all relations that a view is computed from, in order, those behind given ones left out."""
    found: dict[str, None] = {}
    waiting = list(view.relations)
    while waiting:
        key = waiting.pop(0)
        name = key.partition(".")[2]
        if key not in found and key.startswith("view.") and name not in given and name in views:
            waiting += views[name].relations
        found[key] = None
    return list(found)


def given_relations(test: UnitTest, view: AnalyzedView) -> dict[str, tuple[GivenRow, ...]]:
    """The rows that stand for relations, by name."""
    asked = REQUEST if is_on_demand(view) else None
    return {given.relation: given.rows for given in test.given if given.relation != asked}


def standing_in(view: AnalyzedView, table: SourceTable) -> AnalyzedView:
    """The view with all its rows from a table of its columns."""
    relation = exp.Table(this=exp.to_identifier(table.key, quoted=True), db=exp.to_identifier(RELATION_DB, quoted=True))
    columns = [exp.column(exp.to_identifier(column.name, quoted=True)) for column in view.columns]
    query = exp.select(*columns).from_(exp.alias_(relation, "given", table=True))
    sql = query.sql(dialect=view.spec.dialect)
    qualified = exp.select(*[exp.column(c.this.copy(), table=exp.to_identifier("given")) for c in columns])
    qualified_sql = qualified.from_(exp.alias_(relation.copy(), "given", table=True)).sql(dialect=view.spec.dialect)
    return replace(view, resolved_sql=sql, qualified_sql=qualified_sql, relations=(table.key,))


def _check(
    test: UnitTest, view: AnalyzedView, project: Project, views: Mapping[str, AnalyzedView]
) -> Iterator[Diagnostic]:
    read = read_relations(view, given_relations(test, view), views)
    names = [key.partition(".")[2] for key in read]
    seen: set[str] = set()
    if is_on_demand(view):
        yield from _check_requests(test, view, project, views)
    for given in test.given:
        if given.relation == REQUEST and is_on_demand(view):
            continue
        columns = given_columns(given, project, views)
        if columns is None and given.relation in project.views:
            continue  # it has findings of its own
        if columns is None or given.relation not in names or given.relation in seen:
            yield _not_read(given, test, names, known=columns is not None)
            continue
        seen.add(given.relation)
        sliding = windowed(views[given.relation]) if given.relation in views else {}
        for row in given.rows:
            yield from _check_row(row, columns, given.relation, sliding)
    for row in test.expect:
        yield from _check_row(row, _answered(view, project), test.view, {})


def _answered(view: AnalyzedView, project: Project) -> tuple[Column, ...]:
    """The columns that are expected of a view; of an on-demand view also what its requests bring."""
    if not is_on_demand(view):
        return relation_columns(view)
    outputs = _by_name(view.columns)
    brought = request_columns(view, project.entities)
    return (*view.columns, *(column for column in brought if column.name.lower() not in outputs))


def _check_requests(
    test: UnitTest, view: AnalyzedView, project: Project, views: Mapping[str, AnalyzedView]
) -> Iterator[Diagnostic]:
    """What the requests of a test lack, each column once, and values that do not fit."""
    columns = request_columns(view, project.entities)
    if view.relations and test.at is None:
        claim = f"the unit test `{test.name}` has no `at`"
        cause = f"`{test.view}` looks features up, as of the instant of the request"
        fix = "add the instant at which it is asked, such as `at: 2024-01-31 12:00:00Z`"
        yield Diagnostic("FC102", claim, test.spans.get("view"), cause, fix)
    wanted = {column.name.lower(): column for column in _required(view, columns, project, views)}
    given = next((given for given in test.given if given.relation == REQUEST), None)
    if given is None:
        claim = f"the unit test `{test.name}` gives no `{REQUEST}`"
        cause = f"`{test.view}` has no rows of its own: it is computed of what each request brings"
        line = f"{REQUEST}: [{{{', '.join(f'{column.name}: …' for column in wanted.values())}}}]"
        yield Diagnostic("FC102", claim, test.spans.get("view"), cause, f"write `{line}` below `given`")
        return
    for row in given.rows:
        yield from _check_row(row, columns, REQUEST, {})
        written = {name.lower() for name in row}
        place = next((cell.key for cell in row.values()), given.span)
        for name in [name for name in wanted if name not in written]:
            column = wanted.pop(name)
            claim = f"a row of `{REQUEST}` has no `{column.name}`"
            cause = f"`{test.view}` needs it of every request; what is not known is sent as null"
            yield Diagnostic("FC102", claim, place, cause, f"add `{column.name}`, of type {column.type}, or null")


def _required(
    view: AnalyzedView, columns: Sequence[Column], project: Project, views: Mapping[str, AnalyzedView]
) -> list[Column]:
    """What no request may lack: every input, and the keys by which features are looked up."""
    read = [views[name].spec for key in view.relations if (name := key.partition(".")[2]) in views]
    entities = [project.entities[name] for spec in read for name in spec.entities if name in project.entities]
    keys = {key.name.lower() for entity in entities for key in entity.join_keys}
    assert isinstance(view.spec, FeatureView)
    inputs = {given.name.lower() for given in view.spec.inputs}
    return [column for column in columns if column.name.lower() in keys | inputs]


def _not_read(given: Given, test: UnitTest, names: Sequence[str], *, known: bool) -> Diagnostic:
    fix = did_you_mean(given.relation, names)
    if known:
        claim = f"`{test.view}` does not read `{given.relation}`"
        return Diagnostic(UNUSABLE, claim, given.span, "its rows would change nothing", fix)
    claim = f"there is no view or source table `{given.relation}`"
    return Diagnostic("FC201", claim, given.span, f"the unit test `{test.name}` gives rows of it", fix)


def _check_row(
    row: GivenRow, columns: Sequence[Column], relation: str, sliding: Collection[str]
) -> Iterator[Diagnostic]:
    known = _by_name(columns)
    for name, cell in row.items():
        column = known.get(name.lower())
        if column is None and name in sliding:
            cause = "windowed features are computed from the rows that are given"
            claim = f"`{name}` of `{relation}` cannot be given"
            yield Diagnostic(UNUSABLE, claim, cell.key, cause, "give rows that it is computed from")
        elif column is None:
            fix = did_you_mean(name, [other.name for other in columns])
            yield Diagnostic("FC204", f"`{relation}` has no column `{name}`", cell.key, "", fix)
        else:
            found = typed(cell.value, column.type)
            if isinstance(found, Misfit):
                claim = f"`{_short(cell.value)}` is no {column.type}"
                cause = f"`{column.name}` of `{relation}` is `{column.type}`: {found.wanted} is expected"
                yield Diagnostic("FC103", claim, cell.span, cause, "write a value of the column's type")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.name.lower(): column for column in reversed(columns)}
