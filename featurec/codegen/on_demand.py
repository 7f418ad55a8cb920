"""On-demand views as SQL: over the rows of a training set, alone for readers, and prepared for requests. DuckDB runs all three."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

from sqlglot import exp

from featurec.analysis.model import AnalyzedProject, AnalyzedView
from featurec.analysis.scope import FEATURE, INPUT
from featurec.analysis.types import family
from featurec.analysis.windowed import relation_columns
from featurec.codegen.spelling import ident, literal, render_sql, sql_type
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.dialects.dialect import Dialect, get
from featurec.online_type import value_type
from featurec.plan.nodes import FeatureColumn, OnDemand, Training
from featurec.plan.on_demand import Wanted, asked_of, needs
from featurec.plan.rows import feature_view
from featurec.plan.training import merged
from featurec.spec import Column, FeatureRequest, Input, Scalar
from featurec.transpile import expressions_sql

ROWS = "__fc_read"
"""Name of the relation that on-demand views are evaluated over."""

ROWS_DIALECT = "duckdb"
"""The dialect in which they are evaluated, whatever the warehouse speaks."""

_DRIVEN = frozenset({"integer", "wide", "decimal", "boolean", "text", "uuid", "float", "double", "blob"})
"""Kinds of types whose values DuckDB's driver gives exactly."""


def over_rows(plan: Training, analyzed: AnalyzedProject) -> tuple[str | None, list[Diagnostic]]:
    """What DuckDB computes of the rows of a training set, the relation ``__fc_read``; None where nothing is on demand."""
    if not plan.on_demand:
        return None, []
    dialect, findings = get(ROWS_DIALECT), []
    computed: dict[str, str] = {}
    for node in plan.on_demand:
        view = analyzed.views[node.view]
        found, refused = _features(view, node.features, dialect, _of_training(node, view, analyzed))
        findings += refused
        computed |= found
    outputs = [(ident(name, dialect), computed.get(name)) for name in plan.answer]
    columns = [ident(c.name, dialect) for c in plan.spine.columns]
    sql = render_sql("on_demand/training.sql", dialect, columns=columns, outputs=outputs)
    return sql, findings


def composed(query: str, after: str) -> str:
    """A query of DuckDB and what is computed of its rows, as one."""
    return render_sql("on_demand/over.sql", get(ROWS_DIALECT), query=query.strip(), after=after)


def view_sql(view: AnalyzedView, analyzed: AnalyzedProject) -> tuple[str | None, list[Diagnostic]]:
    """An on-demand view by itself, with a parameter for each input and feature."""
    spec, dialect = feature_view(view), get(ROWS_DIALECT)
    parameters: dict[str, str] = {}
    reads: dict[tuple[str, str], exp.Expr] = {}
    for given in spec.inputs:
        name = _parameter(given.name, parameters)
        parameters[name] = f"input {given.name}, {given.type}"
        reads[INPUT, given.name.lower()] = _typed(_variable(name), given.type)
    (wanted,) = needs([FeatureRequest(view.name)], analyzed).wanted
    for written in wanted.reads:
        column = _read(written, analyzed)
        name = _parameter(written.replace(":", "__"), parameters)
        parameters[name] = f"feature {written} at the request, {column.type or 'of any type'}"
        reads[FEATURE, written] = _typed(_variable(name), column.type)
    features = tuple(FeatureColumn(c.name, c.name, _default(view, c.name)) for c in view.columns)
    outputs, findings = _features(view, features, dialect, lambda table, name: reads[table, name].copy())
    sql = render_sql(
        "on_demand/view.sql",
        dialect,
        parameters=list(parameters.items()),
        outputs=[(ident(name, dialect), sql) for name, sql in outputs.items()],
    )
    return (None if findings else sql.strip()), findings


@dataclass(frozen=True)
class Bound:
    """A column of what expressions are evaluated over: an input of the request, or a feature by its full name."""

    name: str
    type: str
    is_input: bool


@dataclass(frozen=True)
class Result:
    """A feature that is computed.

    Attributes:
        name: full, ``role__feature``.
        default: the value that replaces a missing one.
        encoded: whether it leaves as JSON text, as of ``online/encoding.py``, and not as the driver's value.
    """

    name: str
    type: str
    default: Scalar
    encoded: bool


@dataclass(frozen=True)
class Program:
    """On-demand views of a request's shape, for DuckDB.

    Attributes:
        requests: what must be read from the store.
        inputs: what a request must bring.
        columns: of the rows, in the order of the lists that make the parameter of ``assign``.
        results: in the order of the columns of ``execute``.
        order: role and features as they were asked for; None for all that a lookup answers.
        prepare: a statement for a new session.
        assign: a statement that takes the rows: a struct with a list ``c1``, ``c2``, … for each column.
        execute: a statement that gives a row of results for each of them.
    """

    requests: tuple[FeatureRequest, ...]
    inputs: tuple[Input, ...]
    columns: tuple[Bound, ...]
    results: tuple[Result, ...]
    order: tuple[tuple[str, tuple[str, ...] | None], ...]
    prepare: str
    assign: str
    execute: str


def program(
    requests: Sequence[FeatureRequest], analyzed: AnalyzedProject, full: bool
) -> tuple[Program | None, list[Diagnostic]]:
    """What a server runs for these requests; None without findings where nothing is on demand, or with FC261 to FC265."""
    findings: list[Diagnostic] = []
    asked = merged(requests, findings)
    needed = needs(asked, analyzed)
    if findings or not needed.wanted:
        return None, findings
    dialect = get(ROWS_DIALECT)
    columns: dict[tuple[bool, str, str], Bound] = {}
    results: list[Result] = []
    expressions: list[str] = []
    by_role = {request.prefix: request for request in asked}
    order = {role: request.features for role, request in by_role.items()}
    for wanted in needed.wanted:
        view, role = wanted.view, wanted.request.prefix
        names = _offered(wanted.request, view, findings)
        order[role] = names

        def read(table: str, name: str, wanted: Wanted = wanted) -> exp.Expr:
            bound = _bound(wanted, table, name, analyzed)
            columns.setdefault((bound.is_input, bound.name, bound.type), bound)
            place = list(columns).index((bound.is_input, bound.name, bound.type)) + 1
            return _typed(exp.column(f"c{place}", table=ROWS), bound.type)

        for given in feature_view(view).inputs:
            columns.setdefault((True, given.name, given.type), Bound(given.name, given.type, is_input=True))
        plain = tuple(FeatureColumn(name, name) for name in names)
        found, refused = _features(view, plain, dialect, read)
        findings += refused
        declared = {f.name: f for f in feature_view(view).features}
        for name in names if found else ():
            kind = value_type(declared[name].type)
            if kind is None:
                findings.append(_unfit(wanted.request, name, declared[name].type))
                continue
            encoded = kind.kind not in _DRIVEN
            results.append(Result(f"{role}__{name}", declared[name].type, declared[name].default, encoded))
            expressions.append(found[name])
    findings += (
        [] if full else _clashes({role: names or asked_of(by_role[role], analyzed) for role, names in order.items()})
    )
    if findings:
        return None, findings
    typed = (f"c{n} {sql_type(c.type, dialect.sqlglot)}[]" for n, c in enumerate(columns.values(), 1))
    struct = f"STRUCT({', '.join(typed)})"
    outputs = [
        SimpleNamespace(name=f"r{n}", sql=sql, type=value_type(result.type), encoded=result.encoded)
        for n, (sql, result) in enumerate(zip(expressions, results, strict=True), 1)
    ]
    named = [(f"c{n}", column.type) for n, column in enumerate(columns.values(), 1)]
    prepare = render_sql(
        "on_demand/prepare.sql", dialect, outputs=outputs, columns=named, struct=struct, json_text=json.dumps
    )
    return (
        Program(
            tuple(_request(r, needed.beside.get(r.prefix, ())) for r in needed.lookups),
            tuple(dict.fromkeys(given for w in needed.wanted for given in feature_view(w.view).inputs)),
            tuple(columns.values()),
            tuple(results),
            tuple(order.items()),
            prepare,
            render_sql("on_demand/assign.sql", dialect, struct=struct),
            render_sql("on_demand/execute.sql", dialect),
        ),
        [],
    )


def looked_up(requests: Sequence[FeatureRequest], analyzed: AnalyzedProject) -> tuple[str, ...]:
    """The views that have rows of which these requests read, in the order asked for, each once; unknown ones too."""
    return tuple(dict.fromkeys(request.view for request in needs(requests, analyzed).lookups))


def _request(request: FeatureRequest, beside: Sequence[str]) -> FeatureRequest:
    """A lookup with what on-demand views need of it; all features that there are hold that already."""
    return request if request.features is None else replace(request, features=(*request.features, *beside))


def _offered(request: FeatureRequest, view: AnalyzedView, findings: list[Diagnostic]) -> tuple[str, ...]:
    """The declared features that a request asks of an on-demand view, as they are declared."""
    declared = {f.name.lower(): f.name for f in feature_view(view).features}
    if request.features is None:
        return tuple(declared.values())
    findings += [
        Diagnostic(
            "FC262",
            f"feature view `{view.name}` has no feature `{name}`",
            request.span,
            "only what its header declares is served",
            did_you_mean(name, declared.values()),
        )
        for name in request.features
        if name.lower() not in declared
    ]
    return tuple(declared[name.lower()] for name in request.features if name.lower() in declared)


def _clashes(names: Mapping[str, Sequence[str]]) -> list[Diagnostic]:
    """FC264 for names that two roles have."""
    owner: dict[str, str] = {}
    return [
        Diagnostic(
            "FC264",
            f"the answer would have two features `{name}`, of `{owner[name]}` and of `{role}`",
            None,
            "a name can occur once in an answer",
            "add --full-feature-names, which names features view__feature",
        )
        for role, offered in names.items()
        for name in offered
        if owner.setdefault(name, role) != role
    ]


def _unfit(request: FeatureRequest, name: str, type_: str) -> Diagnostic:
    return Diagnostic(
        "FC702",
        f"the feature `{name}` is `{type_}`, which has no exact form in an answer",
        request.span,
        "values are answered as JSON, and every one must come back as it was",
        "CAST it in the SELECT to a number, text, time, list or struct and declare that type",
    )


def _bound(wanted: Wanted, table: str, name: str, analyzed: AnalyzedProject) -> Bound:
    if table == INPUT:
        given = next(i for i in feature_view(wanted.view).inputs if i.name.lower() == name)
        return Bound(given.name, given.type, is_input=True)
    role, feature = wanted.reads[name]
    return Bound(f"{role}__{feature}", _read(name, analyzed).type or "varchar", is_input=False)


def _features(
    view: AnalyzedView,
    features: Sequence[FeatureColumn],
    dialect: Dialect,
    reads: Callable[[str, str], exp.Expr],
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Output -> expression, in the type that is declared and with its default."""
    found, findings = expressions_sql(view, dialect, reads)
    items = {}
    if found is None:
        return {}, findings
    for feature in features:
        column = view.column(feature.column)
        assert column is not None
        sql = found[column.name]
        if column.type:
            sql = f"CAST({sql} AS {sql_type(column.type, dialect.sqlglot)})"
        if feature.default is not None:
            default = literal(feature.default, dialect)
            typed = f"CAST({default} AS {sql_type(column.type, dialect.sqlglot)})" if column.type else default
            sql = f"COALESCE({sql}, {typed})"
        items[feature.output] = sql
    return items, findings


def _of_training(node: OnDemand, view: AnalyzedView, analyzed: AnalyzedProject) -> Callable[[str, str], exp.Expr]:
    """What stands for an input or a feature in the rows of a training set.

    A driver may bring values in another type, so that each is first what it was. A number of another kind passes through text,
    as one does that comes with a request: digits are then rounded by one rule.
    """
    declared = {given.name.lower(): given.type for given in feature_view(view).inputs}

    def read(table: str, name: str) -> exp.Expr:
        if table == FEATURE:
            return _typed(exp.column(node.reads[name], table=ROWS, quoted=True), _read(name, analyzed).type)
        column, wanted = node.inputs[name], declared[name]
        value = _typed(exp.column(column.name, table=ROWS, quoted=True), column.type)
        if column.type == wanted:
            return value
        if family(column.type) != family(wanted):
            value = _typed(value, "varchar")
            value = _typed(value, "double") if wanted == "float" else value
        return _typed(value, wanted)

    return read


def _read(written: str, analyzed: AnalyzedProject) -> Column:
    """The column behind ``view:feature`` in lower case."""
    name, _, feature = written.partition(":")
    view = next(view for view in analyzed.views.values() if view.name == name)
    return next(column for column in relation_columns(view) if column.name.lower() == feature)


def _typed(value: exp.Expr, type_: str | None) -> exp.Expr:
    return value if type_ is None else exp.cast(value, exp.DataType.build(type_, dialect="duckdb"))


def _variable(name: str) -> exp.Expr:
    return exp.Parameter(this=exp.var(name))


def _parameter(name: str, taken: Collection[str]) -> str:
    """A name that can be one of a parameter, and that is not taken."""
    plain = "".join(letter if letter.isalnum() else "_" for letter in name)
    free = plain if not plain[:1].isdigit() else f"_{plain}"
    while free in taken:
        free += "_"
    return free


def _default(view: AnalyzedView, name: str) -> Scalar:
    return next((f.default for f in feature_view(view).features if f.name.lower() == name.lower()), None)
