"""Unit tests: given rows in memory, the SQL of a run over them, and what differs from the rows that are expected."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from featurec.codegen import render_sql
from featurec.compiler import (
    AnalyzedProject,
    BuiltTable,
    Compiled,
    Loaded,
    Physical,
    build_query,
    preview_query,
)
from featurec.diagnostic import Diagnostic
from featurec.engines.protocol import Engine, Row
from featurec.errors import CannotOperate, FeaturecError
from featurec.expectations import UnitTest
from featurec.run.difference import Difference, difference
from featurec.unit_testing import Prepared, answers, asked_entities, features_query, prepare

_LIMITS = {"threads": 2, "memory_limit": "1GB"}
"""A few rows need no more; who sends a pull request may not take a machine."""

UnitStatus = Literal["pass", "fail", "error"]


@dataclass(frozen=True)
class UnitResult:
    """What a unit test found.

    Attributes:
        status: ``error`` where the view could not be computed from the given rows.
        difference: between what is expected and what is there; None where there is none.
        findings: why it could not be computed.
    """

    test: UnitTest
    status: UnitStatus
    seconds: float
    difference: Difference | None = None
    findings: tuple[Diagnostic, ...] = ()


def run_unit_tests(loaded: Loaded, analyzed: AnalyzedProject, tests: Sequence[UnitTest]) -> tuple[UnitResult, ...]:
    """Run unit tests whose declarations have no findings, each over tables of its own.

    They run in DuckDB in memory, which reaches no file and no network. Raises CannotOperate where it fails.

    Args:
        loaded: the project, for tests with variables.
    """
    return tuple(unit_results(loaded, analyzed, tests))


def unit_results(loaded: Loaded, analyzed: AnalyzedProject, tests: Sequence[UnitTest]) -> Iterator[UnitResult]:
    """The same, one result after the other."""
    if not tests:
        return
    from featurec.engines.duckdb import open_files  # most commands that may run tests have none to run

    engine = open_files((), _LIMITS)
    try:
        for number, test in enumerate(tests, 1):
            yield _run(engine, loaded, analyzed, test, f"unit_{number}")
    finally:
        engine.close()


def _run(engine: Engine, loaded: Loaded, analyzed: AnalyzedProject, test: UnitTest, schema: str) -> UnitResult:
    started = time.monotonic()
    try:
        prepared, findings = prepare(loaded, analyzed, test, schema, engine.dialect)
        if prepared is None:
            raise FeaturecError(findings)
        engine.execute(render_sql("unit/schema.sql", engine.dialect, schema=schema))
        for statement in prepared.before:
            engine.execute(statement)
        physical = Physical(schema)
        rows = _rows(engine, prepared, test, physical)
        engine.execute(render_sql("unit/forget.sql", engine.dialect, schema=schema))
    except CannotOperate:
        raise
    except FeaturecError as error:
        return UnitResult(test, "error", time.monotonic() - started, None, error.diagnostics)
    found = difference(prepared.columns, prepared.identity, prepared.expected, rows)
    return UnitResult(test, "fail" if found else "pass", time.monotonic() - started, found)


def _rows(engine: Engine, prepared: Prepared, test: UnitTest, physical: Physical) -> list[Row]:
    """Without an instant all rows of the view as a build stores them, windowed features at each row's own time."""
    view = test.view
    if prepared.on_demand:
        return _answered(engine, prepared, test, physical)
    if prepared.at is not None:
        table = (physical.schema, "asked")
        statement, findings = asked_entities(prepared, view, table, engine.dialect, physical)
        if statement is None:
            raise FeaturecError(findings)
        engine.execute(statement)
        return engine.query(_sql(features_query(prepared, view, table, engine.dialect, physical)))
    query = _sql(build_query(prepared.analyzed, view, engine.dialect, physical))
    table = (physical.schema, "built")
    engine.execute(render_sql("unit/table.sql", engine.dialect, table=table, query=query))
    home = replace(physical, built={view: BuiltTable("built", unique=False, ordered=False)})
    return engine.query(_sql(preview_query(prepared.analyzed, view, engine.dialect, home, None)))


def _answered(engine: Engine, prepared: Prepared, test: UnitTest, physical: Physical) -> list[Row]:
    """What an on-demand view makes of the requests of a test."""
    found, findings = answers(prepared, test, (physical.schema, "asked"), engine.dialect, physical)
    if found is None:
        raise FeaturecError(findings)
    engine.execute(found.before)
    return [{column: row[name] for column, name in found.outputs.items()} for row in engine.query(found.query)]


def _sql(compiled: Compiled) -> str:
    query, findings = compiled
    if query is None:
        raise FeaturecError(findings)
    return query.sql
