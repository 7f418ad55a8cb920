"""The queries of data tests: the rows that fail one, and the time of the newest row."""

from collections.abc import Mapping
from datetime import datetime

from sqlglot import exp

from featurec.analysis.fingerprint import of_source
from featurec.analysis.model import AnalyzedProject
from featurec.codegen import generate, render_sql
from featurec.compiler import CompiledQuery, Physical
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import Dialect
from featurec.duration import written_duration
from featurec.expectations import DataTest, Freshness
from featurec.plan.tested import (
    Failing,
    Newest,
    plan_source_newest,
    plan_source_test,
    plan_view_newest,
    plan_view_test,
)
from featurec.spec import MICROSECONDS, FeatureView

Compiled = tuple[CompiledQuery | None, list[Diagnostic]]

MAX_ROWS = 100
"""Failing rows that are looked at and kept of one test."""


def tests_of(analyzed: AnalyzedProject, node: str) -> tuple[DataTest, ...]:
    """The tests of ``view.<name>`` or ``source.<source>.<table>``."""
    if node.startswith("source."):
        return analyzed.project.sources[node].tests
    return _spec(analyzed, node).tests


def freshness_of(analyzed: AnalyzedProject, node: str) -> Freshness | None:
    """How fresh a node is declared to be."""
    if node.startswith("source."):
        return analyzed.project.sources[node].freshness
    return _spec(analyzed, node).freshness


def failing_query(
    analyzed: AnalyzedProject, node: str, test: DataTest, dialect: Dialect, physical: Physical, limit: int = MAX_ROWS
) -> Compiled:
    """At most ``limit`` failing rows, each with ``__fc_failures``, the number of all."""
    if node.startswith("source."):
        read = _columns_read(test, analyzed.source_conditions.get(node, {}), analyzed.project.dialect)
        plan = plan_source_test(node, analyzed, test, read, limit)
    else:
        view = analyzed.views[node.removeprefix("view.")]
        read = _columns_read(test, view.conditions, view.spec.dialect)
        plan = plan_view_test(view, analyzed, physical, test, read, limit)
    return _compiled(plan, f"test {test.name} of {node.partition('.')[2]}", node, analyzed, dialect, physical)


def newest_query(analyzed: AnalyzedProject, node: str, dialect: Dialect, physical: Physical, now: datetime) -> Compiled:
    """One row, one column ``newest``: the time of the newest row up to ``now``; NULL where there is none."""
    if node.startswith("source."):
        plan = plan_source_newest(node, analyzed, now)
    else:
        plan = plan_view_newest(analyzed.views[node.removeprefix("view.")], physical, now)
    return _compiled(plan, f"freshness of {node.partition('.')[2]}", node, analyzed, dialect, physical)


def age_text(microseconds: int) -> str:
    """An age to be read: in the largest unit of which it has at least two."""
    for unit, length in reversed(list(MICROSECONDS.items())):
        if unit != "w" and microseconds >= 2 * length:
            return f"{microseconds // length}{unit}"
    return f"{microseconds}us"


def limit_text(microseconds: int) -> str:
    """A limit as an author would write it."""
    return written_duration(microseconds)


def _spec(analyzed: AnalyzedProject, node: str) -> FeatureView:
    spec = analyzed.views[node.removeprefix("view.")].spec
    assert isinstance(spec, FeatureView)
    return spec


def _columns_read(test: DataTest, conditions: Mapping[str, str], dialect: str) -> tuple[str, ...]:
    """The columns that a test's condition reads; of a field of a struct the column that holds it."""
    if test.condition is None:
        return ()
    tree: exp.Expr = exp.maybe_parse(conditions[test.condition], dialect=dialect)
    return tuple(dict.fromkeys(column.parts[0].name for column in tree.find_all(exp.Column)))


def _compiled(
    plan: Failing | Newest, title: str, node: str, analyzed: AnalyzedProject, dialect: Dialect, physical: Physical
) -> Compiled:
    sql, findings = generate(plan, analyzed, dialect, physical)
    if sql is None:
        return None, findings
    if node.startswith("source."):
        fingerprint = of_source(analyzed.project.sources[node])
    else:
        fingerprint = analyzed.views[node.removeprefix("view.")].fingerprint
    header = render_sql("header.sql", dialect, title=title, fingerprint=fingerprint[:8])
    return CompiledQuery(f"{header}\n{sql}\n", dialect.name, ()), findings
