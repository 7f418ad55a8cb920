"""The cases of ../shared/cases/pit that ask for no windows, through the command line, on both engines."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pit import Case, cases, module

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("case", cases(windowed=False))
def test_train(case: Case, engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else None
    project = tmp_path / "project"
    project.mkdir()
    spine, wanted = module("run").write_project(case.spec, case.folder, project, engine, url)
    answer = tmp_path / "answer.parquet"
    command = [sys.executable, "-m", "featurec", "train", str(spine), "--timestamp", case.spec["spine"]["timestamp"]]
    command += ["--full-feature-names", "--features", ",".join(wanted), "-o", str(answer)]
    command += ["--project-dir", str(project), "--target", "t"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert case.differences(answer) == []
