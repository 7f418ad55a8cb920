"""No generated query that the checker calls proved depends on what was not known at its stamps.

The deep tier draws other queries on each run. It says its seed where it fails; ``SOUNDNESS_SEED=... make test-all`` repeats it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.leakage.grammar import Grammar
from tests.leakage.judge import Judge, Verdict
from tests.leakage.tally import TALLY
from tests.leakage.worlds import Counterexample, Truth, random_world, smallest

T = TypeVar("T")

SHARDS, DEEP_SHARDS = 4, 80


@dataclass(frozen=True)
class Effort:
    """How hard a shard tries. Attributes: ``depths``, of queries, in operators."""

    queries: int
    worlds: int
    depths: tuple[int, ...]


QUICK = Effort(125, 5, (1, 1, 1, 2))
DEEP = Effort(250, 8, (1, 1, 2, 2, 3))


settings = hypothesis.settings(
    hypothesis.settings.get_profile("default"),
    database=None,
    phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class Drawn:
    """Choices that hypothesis makes and, where a query fails, makes again with smaller numbers."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def choice(self, options: Sequence[T]) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def random(self) -> float:
        return 1 - self._draw(st.integers(1, 100)) / 100


@st.composite
def queries(draw: st.DrawFn, depths: tuple[int, ...]) -> str:
    return Grammar(Drawn(draw), depths).query()


class Unsound(AssertionError):
    """A query whose rows are said to be known at their stamps, and are not."""

    def __init__(self, sql: str, verdict: Verdict, found: Counterexample) -> None:
        super().__init__(sql)
        self.sql = sql
        self.verdict = verdict
        self.found = found

    @property
    def is_latest(self) -> bool:
        return self.verdict == "latest"

    def __str__(self) -> str:
        return f"{self.verdict}, but leaks:\n{self.sql}\nin the world\n{self.found}"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("worlds"))


@pytest.fixture
def fresh_seed(testrun_uid: str) -> int:
    """One number for all workers of a run."""
    return int(os.environ.get("SOUNDNESS_SEED") or int(testrun_uid[:8], 16))


Record = Callable[[str, object], None]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_is_proved_does_not_leak(shard: int, judge: Judge, record_property: Record) -> None:
    _try(judge, shard, QUICK, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(DEEP_SHARDS))
def test_what_is_proved_does_not_leak_in_many_queries(
    shard: int, judge: Judge, fresh_seed: int, record_property: Record
) -> None:
    try:
        _try(judge, fresh_seed * DEEP_SHARDS + shard, DEEP, record_property)
    except Exception as error:
        error.add_note(f"SOUNDNESS_SEED={fresh_seed}")
        raise


def _try(judge: Judge, seed: int, effort: Effort, record_property: Record) -> None:
    """Tries so many queries in worlds of their own, and counts what became of them."""
    random = Random(seed)
    truth = Truth([random_world(random) for _ in range(effort.worlds)])
    counted: Counter[str] = Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(settings, max_examples=effort.queries)
    @hypothesis.given(queries(effort.depths))
    def meets(sql: str) -> None:
        counted.update(_outcome(judge, truth, sql))

    try:
        meets()
    except Unsound as error:
        error.found = smallest(error.sql, error.found, error.is_latest)
        raise
    finally:
        truth.close()
    record_property(TALLY, dict(counted))
    assert counted["queries"] >= effort.queries
    assert counted["refused"] + counted["broken"] <= effort.queries / 100, counted


def _outcome(judge: Judge, truth: Truth, sql: str) -> Iterator[str]:
    """What is to be counted of a query.

    Raises:
        Unsound: the checker lets it pass, and it leaks.
    """
    verdict = judge.verdict(sql)
    yield "queries"
    if not truth.runs(sql):
        yield "refused"
        return
    yield verdict
    if verdict in ("unproved", "broken"):
        return
    found = truth.counterexample(sql, may_gain=verdict == "latest")
    if found is None:
        return
    if verdict != "refuted":
        raise Unsound(sql, verdict, found)
    yield "shown"
