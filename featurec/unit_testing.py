"""A unit test made ready: a project in which tables of given rows stand for what the view reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from featurec.analysis.analyze import analyze
from featurec.analysis.model import AnalyzedProject
from featurec.analysis.on_demand import is_on_demand, request_columns
from featurec.analysis.unit_tests import (
    REQUEST,
    expected_columns,
    given_relations,
    read_relations,
    standing_in,
    typed_rows,
)
from featurec.codegen import render_sql
from featurec.codegen.given import given_table
from featurec.compiler import Compiled, latest_query, training_query, view_keys
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import Dialect
from featurec.expectations import UnitTest
from featurec.loading import Loaded
from featurec.plan.nodes import SpineTable
from featurec.plan.physical import Physical
from featurec.plan.training import TrainingRequest
from featurec.spec import Column, FeatureRequest, FeatureView, SourceTable

_GIVEN = "__given"
"""Source of the tables that stand for views."""


@dataclass(frozen=True)
class Prepared:
    """A unit test that only needs to be run.

    Attributes:
        analyzed: the project over the given rows.
        before: statements that make tables of these.
        columns: those that are compared.
        identity: columns that say which row is meant.
        expected: the rows, each with a value for every column.
        at: as-of instant; None where all rows of the view are compared.
        on_demand: whether the view is computed of the requests of the test.
    """

    analyzed: AnalyzedProject
    before: tuple[str, ...]
    columns: tuple[Column, ...]
    identity: frozenset[str]
    expected: tuple[Mapping[str, object], ...]
    at: datetime | None
    on_demand: bool = False


def prepare(
    loaded: Loaded, analyzed: AnalyzedProject, test: UnitTest, schema: str, dialect: Dialect
) -> tuple[Prepared | None, list[Diagnostic]]:
    """Make a unit test ready whose declaration has no findings; None with the findings that its variables bring.

    Args:
        schema: where its tables go.
        dialect: of an engine that has DuckDB's lists and structs.
    """
    analyzed, findings = _with_variables(loaded, analyzed, test)
    if test.view not in analyzed.views:
        return None, findings
    view = analyzed.views[test.view]
    spec = view.spec
    assert isinstance(spec, FeatureView)
    columns = expected_columns(test, view, analyzed.project)
    there, before = _on_given_rows(analyzed, test, schema, dialect)
    at = _instant(test.at, analyzed.project.timezone) if test.at is not None else None
    expected = tuple(typed_rows(test.expect, columns))
    if is_on_demand(view):
        brought = frozenset(column.name for column in request_columns(view, analyzed.project.entities))
        return Prepared(there, before, columns, brought, expected, at, on_demand=True), []
    keys = view_keys(analyzed, test.view)
    times = [spec.timestamp] if spec.timestamp and at is None else []
    return Prepared(there, before, columns, frozenset([*keys, *times]), expected, at), []


def asked_entities(
    prepared: Prepared, view: str, table: tuple[str, str], dialect: Dialect, physical: Physical
) -> tuple[str | None, list[Diagnostic]]:
    """The statement that makes a spine of every entity that the view has at the test's instant."""
    assert prepared.at is not None
    latest, findings = latest_query(prepared.analyzed, view, dialect, physical, prepared.at)
    if latest is None:
        return None, findings
    keys = view_keys(prepared.analyzed, view)
    settings = {"table": table, "keys": keys, "time": _time_name(keys), "at": prepared.at, "query": latest.sql}
    return render_sql("unit/asked.sql", dialect, **settings), findings


def features_query(
    prepared: Prepared, view: str, table: tuple[str, str], dialect: Dialect, physical: Physical
) -> Compiled:
    """The compared features of every entity of that spine, as a training set has them and the online store."""
    keys = view_keys(prepared.analyzed, view)
    types = {column.name: column.type for column in prepared.analyzed.views[view].columns}
    time = _time_name(keys)
    spine = SpineTable(table, (*(Column(key, types[key]) for key in keys), Column(time, "timestamptz")), time)
    features = tuple(column.name for column in prepared.columns if column.name not in keys)
    request = TrainingRequest(spine, (FeatureRequest(view, features),))
    return training_query(prepared.analyzed, request, dialect, physical)


@dataclass(frozen=True)
class Answers:
    """What an on-demand view answers to the requests of a test, on the path of a training set.

    Attributes:
        before: the statement that makes a table of the requests.
        query: one row a request: what it brings, and what is computed of it.
        outputs: compared column -> its name in the answer.
    """

    before: str
    query: str
    outputs: Mapping[str, str]


def answers(
    prepared: Prepared, test: UnitTest, table: tuple[str, str], dialect: Dialect, physical: Physical
) -> tuple[Answers | None, list[Diagnostic]]:
    """The requests of a test of an on-demand view, and the query that answers them; None with its findings.

    Args:
        table: where the requests go.
    """
    view = prepared.analyzed.views[test.view]
    brought = request_columns(view, prepared.analyzed.project.entities)
    time = _time_name([column.name for column in brought])
    rows = next(given.rows for given in test.given if given.relation == REQUEST)
    # A view that looks nothing up is the same at every instant.
    at = prepared.at or datetime.fromtimestamp(0, UTC)
    columns = (*brought, Column(time, "timestamptz"))
    before = given_table(table, columns, [{**row, time: at} for row in typed_rows(rows, brought)], dialect)
    outputs = tuple(column.name for column in view.columns)
    request = TrainingRequest(
        SpineTable(table, columns, time), (FeatureRequest(test.view, outputs),), full_feature_names=True
    )
    query, findings = training_query(prepared.analyzed, request, dialect, physical)
    if query is None:
        return None, findings
    named = {name: f"{test.view}__{name}" for name in outputs}
    return Answers(before, query.sql, {c.name: named.get(c.name, c.name) for c in prepared.columns}), findings


def _time_name(taken: Sequence[str]) -> str:
    """A name for the time of a spine that none of its other columns has."""
    name, others = "asked_at", {other.lower() for other in taken}
    while name in others:
        name += "_"
    return name


def _with_variables(
    loaded: Loaded, analyzed: AnalyzedProject, test: UnitTest
) -> tuple[AnalyzedProject, list[Diagnostic]]:
    """The project with the variables of a test."""
    if not test.vars:
        return analyzed, []
    project = replace(loaded.project, vars={**loaded.project.vars, **test.vars}, unit_tests=())
    return analyze(project, replace(loaded.context, project=project), {test.view})


def _on_given_rows(
    analyzed: AnalyzedProject, test: UnitTest, schema: str, dialect: Dialect
) -> tuple[AnalyzedProject, tuple[str, ...]]:
    """The project with a table for each source that is read and each view that is given, and what makes these tables."""
    given = given_relations(test, analyzed.views[test.view])
    sources, views = dict(analyzed.project.sources), dict(analyzed.views)
    statements = []
    for number, key in enumerate(read_relations(analyzed.views[test.view], given, analyzed.views), 1):
        name, table = key.partition(".")[2], f"given_{number}"
        if key in sources:
            columns = sources[key].columns
            sources[key] = replace(sources[key], path=None, table=table, schema=schema)
        elif name in given:
            columns = views[name].columns
            stand_in = SourceTable(_GIVEN, name, columns, table, schema)
            sources[stand_in.key] = stand_in
            views[name] = standing_in(views[name], stand_in)
        else:
            continue
        rows = typed_rows(given.get(name, ()), columns)
        statements.append(given_table((schema, table), columns, rows, dialect))
    there = replace(analyzed, project=replace(analyzed.project, sources=sources), views=views)
    return there, tuple(statements)


def _instant(text: str, zone: str) -> datetime:
    """The instant that ``at`` names; without offset in the project's zone."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
