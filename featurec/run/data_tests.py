"""The tests of views and sources, run on a target as it is: what `featurec test` does beside unit tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from featurec.compiler import AnalyzedProject
from featurec.diagnostic import Diagnostic
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.errors import FeaturecError
from featurec.run.look import reading
from featurec.run.testing import TestResult, node_tests, store_failures, stored_failures
from featurec.spec import Target


@dataclass(frozen=True)
class DataTests:
    """What the tests of a target found.

    Attributes:
        computed: views without an up-to-date table, whose rows were computed from their SQL.
        not_kept: why failing rows could not be kept; what was found holds nevertheless.
    """

    results: tuple[TestResult, ...]
    computed: tuple[str, ...] = ()
    not_kept: tuple[Diagnostic, ...] = ()


def run_data_tests(
    analyzed: AnalyzedProject,
    target: Target,
    nodes: Sequence[str],
    now: datetime,
    run_id: str,
    report: Callable[[TestResult], None],
    *,
    fail_fast: bool,
    store: bool,
    warn_error: bool = False,
) -> DataTests:
    """Run all tests of some nodes, ``view.<name>`` or ``source.<source>.<table>``, on the tables of a target.

    The session only reads; another one is opened where failing rows are to be kept, or earlier ones forgotten.
    Raises CannotOperate where the database does not answer.

    Args:
        report: is told each result.
        fail_fast: nothing more is run after the first failure.
        warn_error: what only warns is a failure.
    """
    results: list[TestResult] = []
    with reading(analyzed, target) as (engine, home):
        stopped = False
        for node in nodes:
            for found in node_tests(engine, analyzed, node, home, now):
                result = found.strict() if warn_error else found
                results.append(result)
                report(result)
                stopped = fail_fast and result.failed
                if stopped:
                    break
            if stopped:
                break
        earlier = store and stored_failures(engine)
        views = [node.removeprefix("view.") for node in nodes if node.startswith("view.")]
        computed = tuple(view for view in views if view not in home.built)
    not_kept: tuple[Diagnostic, ...] = ()
    if store and (earlier or any(result.rows for result in results)):
        try:
            _store(analyzed, target, results, run_id, now)
        except FeaturecError as error:
            not_kept = error.diagnostics
    return DataTests(tuple(results), computed, not_kept)


def _store(
    analyzed: AnalyzedProject, target: Target, results: Sequence[TestResult], run_id: str, now: datetime
) -> None:
    engine = open_engine(target, analyzed.project, Path(analyzed.project.root), Access(write=True))
    try:
        store_failures(engine, results, run_id, now)
    finally:
        engine.close()
