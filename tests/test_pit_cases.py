"""The cases of ../shared/cases/pit that ask for no windows, through the command line, on both engines."""

from pathlib import Path

import pytest

from featurec.cli.app import main
from tests.pit import Case, cases, module


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("case", cases(windowed=False))
def test_train(
    case: Case, engine: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else None
    project = tmp_path / "project"
    project.mkdir()
    spine, wanted = module("run").write_project(case.spec, case.folder, project, engine, url)
    answer = tmp_path / "answer.parquet"
    command = ["train", str(spine), "--timestamp", case.spec["spine"]["timestamp"], "--full-feature-names"]
    command += ["--features", ",".join(wanted), "-o", str(answer), "--project-dir", str(project), "--target", "t"]
    code = main(command)
    assert code == 0, capsys.readouterr()
    assert case.differences(answer) == []
