"""The workflow and the hook that docs/ci.md offers: least privilege, and the files that featurec reads."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from featurec.cli.app import main
from tests.lint_project import LEAK, project, view

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def workflow() -> dict[Any, Any]:
    """The workflow with the optional job below its own."""
    document: dict[Any, Any] = yaml.safe_load(BLOCKS[0] + BLOCKS[1])
    return document


def test_the_workflow_may_read_and_no_more() -> None:
    document = workflow()
    assert document["permissions"] == {"contents": "read"}
    assert set(document[True]) == {"pull_request", "push"}  # `on` is a boolean in YAML 1.1
    assert "permissions" not in document["jobs"]["lint"]
    assert document["jobs"]["sarif"]["permissions"] == {"contents": "read", "security-events": "write"}
    assert "secrets." not in BLOCKS[0] + BLOCKS[1]
    for job in document["jobs"].values():
        assert job["steps"][0]["with"] == {"persist-credentials": False}


@pytest.mark.parametrize("job", ["lint", "sarif"])
def test_the_commands_of_the_workflow_work(
    job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project(tmp_path, {"features/a.sql": view(f"{LEAK} AS n")}))
    (command,) = (s["run"] for s in workflow()["jobs"][job]["steps"] if "featurec lint" in s.get("run", ""))
    words = command.split(" > ")[0].split()[1:]
    assert main(words) == (0 if "--exit-zero" in words else 1)
    assert "FC302" in capfd.readouterr().out


def test_the_hook_takes_the_files_that_featurec_reads() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["types_or"], hook.get("pass_filenames", True)) == ("featurec-lint", ["sql", "yaml"], True)
    wanted = re.compile(hook["files"])
    for path in ("featurec.yml", "features/a.sql", "shop/features/deep/a.sql", "spines/s.sql", "macros/m.sql",
                 "sources.yml", "tests/unit.yml"):  # fmt: skip
        assert wanted.search(path), path
    for path in (
        ".github/workflows/features.yml",
        "models/a.sql",
        "features.sql",
        "shop/notes.yml",
        "myfeatures/a.sql",
    ):
        assert not wanted.search(path), path


def test_the_page_answers_findings_as_it_says(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (query,) = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    text = view()
    root = project(tmp_path, {"features/a.sql": text[: text.index("SELECT")] + query})
    assert main(["lint", str(root)]) == 0
    assert capfd.readouterr().out == "no findings in 5 files; 1 finding answered by noqa: FC304 ×1\n"
