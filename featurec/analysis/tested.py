"""Tests of views and sources: columns that exist, values of their types, conditions on one row, relations that are there."""

from collections.abc import Collection, Iterator, Mapping
from typing import cast

from featurec.analysis.fingerprint import of_source
from featurec.analysis.model import AnalyzedView, Lineage
from featurec.analysis.typed_value import Misfit, typed
from featurec.analysis.types import NUMERIC, TEMPORAL, canonical, family
from featurec.analysis.windowed import windowed
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.expectations import DataTest
from featurec.source import LineMap
from featurec.spec import Column, FeatureView, Project, SourceTable

UNUSABLE = "FC219"
"""Code of a test that cannot be asked of the rows."""


def check_tests(view: AnalyzedView) -> tuple[dict[str, str], list[Diagnostic]]:
    """Check the tests of a view, but for what other relations say.

    Returns:
        Condition as written -> the condition in the view's dialect, columns quoted and without a table; and findings.
    """
    assert isinstance(view.spec, FeatureView)
    conditions: dict[str, str] = {}
    findings: list[Diagnostic] = []
    if view.spec.inputs:
        cause = "a view with `inputs` is computed per request and has no rows of its own"
        fix = "write a unit test, or test the rows of the views that it reads"
        findings += [_unusable(test, "has no rows to look at", cause, fix) for test in view.spec.tests]
        return conditions, findings
    for test in view.spec.tests:
        findings += _check_columns(test, view)
        for part, text in test.conditions:
            if text not in conditions:
                condition, found = _condition(test, part, text, view)
                findings += found
                conditions |= {text: condition} if condition is not None else {}
    return conditions, findings


def check_sources(project: Project) -> tuple[dict[str, Mapping[str, str]], list[Diagnostic]]:
    """Conditions of every source table's tests, as of ``check_tests``, by the table's key; and findings."""
    conditions: dict[str, Mapping[str, str]] = {}
    findings: list[Diagnostic] = []
    for key, table in project.sources.items():
        if table.tests:
            conditions[key], found = check_tests(source_view(table, project))
            findings += found
    return conditions, findings


def check_relationships(
    project: Project, views: Mapping[str, AnalyzedView], names: Collection[str] | None
) -> Iterator[Diagnostic]:
    """What tests say of other relations.

    Args:
        views: analyzed ones; what is missing here is not judged.
        names: the views asked for; None for all.
    """
    for view in views.values():
        if isinstance(view.spec, FeatureView) and (names is None or view.name in names):
            for test in view.spec.tests:
                yield from _check_related(test, view, project, views)
    for table in project.sources.values():
        for test in table.tests:
            if test.to is not None:
                yield from _check_related(test, source_view(table, project), project, views)


def related(test: DataTest, project: Project, views: Mapping[str, AnalyzedView]) -> tuple[str, Column] | None:
    """Key of the relation that a test of relationships speaks of, and its column; None where there is none."""
    key, columns = _relation(test.to or "", project, views)
    column = _named(columns, test.to_column or "")
    return (key, column) if key is not None and column is not None else None


def source_view(table: SourceTable, project: Project) -> AnalyzedView:
    """A source table as a view of all its columns, so that conditions are asked of it in the same way."""
    place = table.span
    assert place is not None
    spec = FeatureView(
        name=table.name,
        file=place.file,
        body=0,
        entities=(),
        timestamp=table.timestamp,
        dialect=project.dialect,
        tests=table.tests,
        freshness=table.freshness,
        span=place,
    )
    naive = [column for column in table.columns if family(canonical(column.type)) in (*TEMPORAL, "text", None)]
    return AnalyzedView(
        spec=spec,
        rendered="",
        map=LineMap(place.file, exact=False),
        resolved_sql="",
        qualified_sql="",
        columns=table.columns,
        inferred={column.name: column.type for column in table.columns},
        relations=(table.key,),
        lineage=Lineage({}, ()),
        zones={column.name: table.timezone for column in naive},
        fingerprint=of_source(table),
    )


def tested_columns(test: DataTest, view: AnalyzedView) -> tuple[Column, ...]:
    """The columns of a view that a test names."""
    found = (_named(view.columns, name) for name in test.columns)
    return tuple(column for column in found if column is not None)


def _named(columns: Collection[Column], name: str) -> Column | None:
    exact = {column.name: column for column in columns}
    return exact.get(name) or {column.name.lower(): column for column in columns}.get(name.lower())


def _condition(test: DataTest, part: str, text: str, view: AnalyzedView) -> tuple[str | None, list[Diagnostic]]:
    # Most of the analysis of SQL, which a project without conditions can do without.
    from featurec.analysis.row_condition import Role, RowCondition

    assert isinstance(view.spec, FeatureView)
    of_source = not view.rendered
    role = Role(
        title=f"condition of `{test.name}`" if part == "condition" else f"`where` of `{test.name}`",
        kind="condition",
        code=UNUSABLE,
        alone="it is asked of each row alone",
        elsewhere="compute it in a feature view's SELECT, and test that column",
        reads="a test reads the table's columns" if of_source else "a test reads the columns that the SELECT outputs",
    )
    understood, findings = RowCondition(view, text, test.place(part) or view.spec.title, role).check()
    return (understood.sql if understood else None), findings


def _unusable(test: DataTest, claim: str, cause: str, fix: str, place: str = "test") -> Diagnostic:
    return Diagnostic(UNUSABLE, f"the test `{test.name}` {claim}", test.place(place), cause, fix)


def _check_columns(test: DataTest, view: AnalyzedView) -> Iterator[Diagnostic]:
    sliding = {name.lower() for name in windowed(view)}
    for index, name in enumerate(test.columns):
        if _named(view.columns, name) is not None:
            continue
        place = test.place(f"columns.{index}")
        if name.lower() in sliding:
            cause = f"`{name}` is computed for an instant, from the rows of a window, and stands in no row"
            fix = "test the column that it aggregates, or write a unit test of its values"
            yield _unusable(test, "is of a windowed feature", cause, fix, f"columns.{index}")
        else:
            fix = did_you_mean(name, [column.name for column in view.columns])
            yield Diagnostic("FC204", f"there is no column `{name}`", place, f"the test `{test.name}` reads it", fix)
    columns = tested_columns(test, view)
    if len(columns) != len(test.columns):
        return
    if test.kind == "accepted_values":
        yield from _check_values(test, columns[0])
    elif test.kind == "range":
        yield from _check_range(test, columns[0])


def _check_values(test: DataTest, column: Column) -> Iterator[Diagnostic]:
    for index, value in enumerate(test.values):
        found = typed(value, column.type)
        if isinstance(found, Misfit):
            yield _misfit(value, column, found, test, f"values.{index}")


def _check_range(test: DataTest, column: Column) -> Iterator[Diagnostic]:
    if family(column.type) not in (*NUMERIC, *TEMPORAL, None):
        cause = f"`{column.name}` is `{column.type}`; a range is one of numbers or times"
        yield _unusable(test, "has no order to go by", cause, "use `accepted_values` or `sql`")
        return
    bounds = {"min": typed(test.least, column.type), "max": typed(test.greatest, column.type)}
    for key, written in (("min", test.least), ("max", test.greatest)):
        found = bounds[key]
        if isinstance(found, Misfit):
            yield _misfit(written, column, found, test, key)
    least, greatest = bounds["min"], bounds["max"]
    if isinstance(least, Misfit | None) or isinstance(greatest, Misfit | None):
        return
    if cast(float, greatest) < cast(float, least):  # both of the column's type
        cause = "no value lies in this range"
        yield Diagnostic("FC110", "`min` is greater than `max`", test.place("min"), cause, "swap the two")


def _misfit(value: object, column: Column, found: Misfit, test: DataTest, place: str) -> Diagnostic:
    claim = f"`{value}` is no {column.type}"
    cause = f"`{column.name}` is `{column.type}`: {found.wanted} is expected"
    return Diagnostic("FC103", claim, test.place(place), cause, "write a value of the column's type")


def _relation(
    written: str, project: Project, views: Mapping[str, AnalyzedView]
) -> tuple[str | None, tuple[Column, ...]]:
    """Relation key and columns of a view (``spend``, ``ref('spend')``) or source (``shop.users``, ``source('shop', 'users')``)."""
    call, bracket, inside = written.strip().partition("(")
    name = written.strip()
    if bracket and call.strip() in ("ref", "source") and inside.endswith(")"):
        name = ".".join(part.strip().strip("'\"") for part in inside[:-1].split(","))
    if name in views and call.strip() != "source":
        return f"view.{name}", views[name].columns
    table = project.sources.get(f"source.{name}")
    return (table.key, table.columns) if table else (None, ())


def _check_related(
    test: DataTest, view: AnalyzedView, project: Project, views: Mapping[str, AnalyzedView]
) -> Iterator[Diagnostic]:
    if test.to is None or test.to_column is None:
        return
    key, columns = _relation(test.to, project, views)
    if key is None:
        if test.to in project.views:
            return  # it has findings of its own
        known = [*project.views, *(name.removeprefix("source.") for name in project.sources)]
        claim = f"there is no view or source table `{test.to}`"
        cause = f"every value of `{test.columns[0]}` is to occur in it"
        yield Diagnostic("FC201", claim, test.place("to"), cause, did_you_mean(test.to, known))
        return
    there, here = _named(columns, test.to_column), tested_columns(test, view)
    if there is None:
        fix = did_you_mean(test.to_column, [column.name for column in columns])
        claim = f"`{test.to}` has no column `{test.to_column}`"
        yield Diagnostic("FC204", claim, test.place("to_column"), f"the test `{test.name}` reads it", fix)
    elif here and not _comparable(here[0].type, there.type):
        cause = f"`{here[0].name}` is `{here[0].type}`, `{test.to_column}` of `{test.to}` is `{there.type}`"
        yield _unusable(test, "compares values of two kinds", cause, "compare columns of one type", "to_column")


def _comparable(left: str | None, right: str | None) -> bool:
    families = {family(canonical(left)), family(canonical(right))}
    return None in families or len(families) == 1 or families <= NUMERIC or families <= TEMPORAL
