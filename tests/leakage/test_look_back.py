"""No generated query depends on rows that are older than its look-back says.

The deep tier draws other queries on each run. It says its seed where it fails; ``SOUNDNESS_SEED=... make test-all`` repeats it.
"""

import os
from collections import Counter
from dataclasses import dataclass
from random import Random

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.leakage.bounded import BoundedGrammar
from tests.leakage.judge import Judge
from tests.leakage.old_rows import Past, Reaches, TooFar, look_back, smallest
from tests.leakage.test_soundness import Drawn, settings
from tests.leakage.worlds import random_world

SHARDS, DEEP_SHARDS = 4, 40


@dataclass(frozen=True)
class Effort:
    """How hard a shard tries. Attributes: ``depths``, of queries, in operators."""

    queries: int
    worlds: int
    depths: tuple[int, ...]


QUICK = Effort(75, 4, (1, 1, 1, 2))
DEEP = Effort(250, 8, (1, 1, 2, 2, 3))


@st.composite
def queries(draw: st.DrawFn, depths: tuple[int, ...]) -> str:
    return BoundedGrammar(Drawn(draw), depths).query()


class Unsound(AssertionError):
    """A query that depends on older rows than is said."""

    def __init__(self, sql: str, reaches: Reaches, found: TooFar) -> None:
        super().__init__(sql)
        self.sql = sql
        self.reaches = reaches
        self.found = found

    def __str__(self) -> str:
        return f"{dict(self.reaches)}, but depends on older rows:\n{self.sql}\nin the world\n{self.found}"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("worlds"))


@pytest.fixture
def fresh_seed(testrun_uid: str) -> int:
    """One number for all workers of a run."""
    return int(os.environ.get("SOUNDNESS_SEED") or int(testrun_uid[:8], 16))


@pytest.mark.parametrize("shard", [0, 1, *(pytest.param(shard, marks=pytest.mark.slow) for shard in range(2, SHARDS))])
def test_older_rows_than_look_back_says_do_not_matter(shard: int, judge: Judge) -> None:
    _try(judge, shard, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(DEEP_SHARDS))
def test_older_rows_than_look_back_says_do_not_matter_in_many_queries(
    shard: int, judge: Judge, fresh_seed: int
) -> None:
    try:
        _try(judge, fresh_seed * DEEP_SHARDS + shard, DEEP)
    except Exception as error:
        error.add_note(f"SOUNDNESS_SEED={fresh_seed}")
        raise


def _try(judge: Judge, seed: int, effort: Effort) -> None:
    random = Random(seed)
    past = Past([random_world(random) for _ in range(effort.worlds)])
    counted: Counter[str] = Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(settings, max_examples=effort.queries)
    @hypothesis.given(queries(effort.depths))
    def meets(sql: str) -> None:
        said = look_back(judge, sql)
        counted["queries"] += 1
        if said is None or not past.runs(sql):
            counted["refused"] += 1
        elif said.reason:
            assert not said.reaches
            counted["unbounded"] += 1
        else:
            counted["bounded"] += 1
            found = past.too_far(sql, said.reaches)
            if found is not None:
                raise Unsound(sql, said.reaches, found)

    try:
        meets()
    except Unsound as error:
        error.found = smallest(error.sql, error.reaches, error.found)
        raise
    finally:
        past.close()
    assert counted["bounded"] >= effort.queries / 20, counted
    assert counted["refused"] <= effort.queries / 20, counted
