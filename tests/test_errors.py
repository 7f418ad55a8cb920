"""Broken projects: each folder of ``tests/errors`` is laid over ``tests/rule_project``; ``expected.txt`` is what `compile` says.

``pytest tests/test_errors.py --update`` writes it anew; the change is then read as a diff.
"""

import shutil
from pathlib import Path

import pytest

from featurec.cli.app import main

BASE = Path(__file__).parent / "rule_project"
CASES = sorted((Path(__file__).parent / "errors").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_what_is_on_record(case: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], update: bool) -> None:
    project = tmp_path / "shop"
    shutil.copytree(BASE, project)
    shutil.copytree(case, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
    code = main(["compile", "--project-dir", str(project)])
    found = capfd.readouterr()
    assert (code, found.err) == (1, "")
    expected = case / "expected.txt"
    if update:
        expected.write_text(found.out)
    assert found.out == expected.read_text()
    assert "Traceback" not in found.out
