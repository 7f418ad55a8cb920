"""What the cache and the second process find out is what one process without a cache finds out."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from featurec.cli import sharing
from featurec.cli.app import main
from featurec.compiler import analyze_project, load_project
from featurec.dialects.dialect import get
from featurec.manifest import artifacts

EXAMPLE = Path(__file__).resolve().parents[1] / "example_project"
VIEW = "features/plane_model.sql"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("target", ".featurec", "data", "__pycache__"))
    return folder


def compiled(project: Path) -> dict[str, str]:
    """The files that the command writes."""
    main(["compile", "--project-dir", str(project)])
    target = project / "target"
    return {file.relative_to(target).as_posix(): file.read_text() for file in target.rglob("*") if file.is_file()}


def expected(project: Path) -> dict[str, str]:
    """The same without cache or second process."""
    loaded = load_project(project)
    name = loaded.project.default_target or ""
    return dict(artifacts(analyze_project(loaded), get("duckdb"), name)[0].files)


EDITS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a comment": (VIEW, lambda text: text + "\n-- seen\n"),
    "a parent's rows": ("features/plane_last_leg.sql", lambda text: text.replace("ttl: 7d", "ttl: 9d")),
    "sources": ("sources.yml", lambda text: text + "\n# seen\n"),
    "a macro": ("macros/late.sql", lambda text: text + "\n{% macro more() %}1{% endmacro %}\n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_everything_is_as_from_nothing(project: Path, edit: str) -> None:
    path, change = EDITS[edit]
    compiled(project)
    before = (project / path).read_text()
    (project / path).write_text(change(before))
    assert (project / path).read_text() != before
    assert compiled(project) == expected(project)


def test_a_view_that_is_gone_is_forgotten(project: Path) -> None:
    compiled(project)
    (project / "features" / "more.sql").write_text((project / VIEW).read_text())
    assert "compiled/dev/features/more.sql" in compiled(project)
    (project / "features" / "more.sql").unlink()
    assert compiled(project) == expected(project)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"context": 1}'])
def test_a_damaged_cache_is_made_again(project: Path, damage: bytes) -> None:
    compiled(project)
    (cache,) = (project / ".featurec" / "cache").iterdir()
    whole = cache.read_bytes()
    cache.write_bytes(damage)
    assert compiled(project) == expected(project)
    assert cache.read_bytes() == whole


def test_two_processes_find_what_one_finds(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sharing, "WORTHWHILE", 2)
    assert compiled(project) == expected(project)
    broken = project / "features" / "broken.sql"
    broken.write_text((project / VIEW).read_text() + "\nthis is not SQL\n")
    shutil.rmtree(project / ".featurec")
    capfd.readouterr()
    assert main(["compile", "--project-dir", str(project)]) == 1
    shared = capfd.readouterr()
    monkeypatch.setattr(sharing, "WORTHWHILE", 10**9)
    shutil.rmtree(project / ".featurec")
    assert main(["compile", "--project-dir", str(project)]) == 1
    assert capfd.readouterr() == shared
    assert "features/broken.sql" in shared.out + shared.err
