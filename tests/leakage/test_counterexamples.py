"""Each counterexample to a tempting rule of the time checker: it leaks in the world beside it, and is not called proved."""

from pathlib import Path

import pytest
import yaml

from tests.leakage.judge import Judge
from tests.leakage.worlds import TABLES, Truth, World

LEAKS = yaml.load(Path(__file__).with_suffix(".yml").read_text(), yaml.CSafeLoader)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("worlds"))


@pytest.mark.parametrize("name", LEAKS)
def test_the_leak_is_seen(name: str, judge: Judge) -> None:
    leak = LEAKS[name]
    truth = Truth([World({table: tuple(map(tuple, leak["rows"].get(table, ()))) for table in TABLES})])
    verdict = judge.verdict(leak["sql"])
    assert truth.counterexample(leak["sql"]) is not None, "does not leak"
    assert verdict in ("refuted", "unproved", "latest"), leak["why"]
    if verdict == "latest":
        assert truth.counterexample(leak["sql"], may_gain=True) is None, "rows are lost, not replaced"
