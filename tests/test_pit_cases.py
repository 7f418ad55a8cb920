"""The cases of ../shared/cases/pit, windows among them, through the command line, on both engines."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from featurec.cli.app import main
from tests.pit import Case, cases, module
from tests.test_windows import STRATEGIES

ENGINES = pytest.mark.parametrize("engine", ["duckdb", "postgres"])


class Training:
    """A case as a project in a folder of its own; ``wanted`` is what it asks for, as ``view:feature``."""

    def __init__(self, case: Case, engine: str, folder: Path, request: pytest.FixtureRequest) -> None:
        url = request.getfixturevalue("postgres_url") if engine == "postgres" else None
        project = folder / "project"
        project.mkdir()
        self.spine, self.wanted = module("run").write_project(case.spec, case.folder, project, engine, url)
        self.answer = folder / "answer.parquet"
        self.options = ["--timestamp", case.spec["spine"]["timestamp"], "--full-feature-names"]
        self.options += ["-o", str(self.answer), "--project-dir", str(project), "--target", "t"]

    def train(self, wanted: Sequence[str], *options: str) -> int:
        return main(["train", str(self.spine), "--features", ",".join(wanted), *self.options, *options])


@ENGINES
@pytest.mark.parametrize("case", cases())
def test_train(
    case: Case, engine: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    training = Training(case, engine, tmp_path, request)
    assert training.train(training.wanted) == 0, capsys.readouterr()
    assert case.differences(training.answer) == []


@pytest.mark.parametrize("engine", [pytest.param("duckdb", marks=pytest.mark.slow), "postgres"])
@pytest.mark.parametrize("case", cases(windowed=True))
def test_train_by_every_window_strategy_what_it_does_not_refuse(
    case: Case, engine: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    training = Training(case, engine, tmp_path, request)
    for strategy in STRATEGIES:
        code = training.train(training.wanted, "--window-strategy", strategy)
        refused = set(re.findall(f"FC407.*`{strategy}` cannot compute `(.*)`", capsys.readouterr().out))
        assert bool(code) == bool(refused)
        left = [name for name in training.wanted if name not in refused]
        if refused and left:
            assert training.train(left, "--window-strategy", strategy) == 0, capsys.readouterr()
        if left:
            assert case.differences(training.answer, {name.replace(":", "__") for name in refused}) == []
