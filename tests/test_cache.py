"""What the cache and the second process find out is what one process without a cache finds out."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from featurec.analysis.analyze import analyze
from featurec.analysis.memory import Remembered
from featurec.cli import sharing
from featurec.cli.app import main
from featurec.compiler import analyze_project, load_project
from featurec.diagnostic import Diagnostic, Label
from featurec.dialects.dialect import get
from featurec.manifest import artifacts
from tests.lint_project import LEAK, view
from tests.lint_project import project as lint_project

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


LEAKS = {
    "macros/far.sql": f"{{% macro far() %}}{LEAK} AS far{{% endmacro %}}\n",
    "features/answered.sql": view(f"{LEAK} AS n -- noqa: FC302 -- a test\n"),
    "features/by_macro.sql": view("{{ far() }}"),
    "features/leak.sql": view(f"amount, {LEAK} AS n"),
    "features/below.sql": view().replace("{{ source('shop', 'orders') }}", "{{ ref('leak') }}"),
}


def linted(root: Path, *arguments: str) -> int:
    return main(["lint", "--project-dir", str(root), "--format", "json", *arguments])


def test_findings_are_remembered_as_they_were_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = lint_project(tmp_path, LEAKS)
    assert linted(root, "--no-cache") == 1
    found = capfd.readouterr()
    for _ in range(2):
        assert linted(root) == 1
        assert capfd.readouterr() == found
    loaded = load_project(root, cached=True)
    assert loaded.cache is not None
    assert all(loaded.cache.holds(unit) for unit in loaded.project.views.values())
    afresh, recalled = (analyze(loaded.project, loaded.context, None, cache) for cache in (None, loaded.cache))
    assert recalled[1] == afresh[1]
    assert recalled[0].findings == afresh[0].findings
    assert sorted(recalled[0].findings) == ["view.answered", "view.by_macro", "view.leak"]


def test_a_remembered_finding_goes_with_its_cause(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = lint_project(tmp_path, LEAKS)
    linted(root)
    capfd.readouterr()
    (root / "macros" / "far.sql").write_text("\n\n" + LEAKS["macros/far.sql"])
    (root / "features" / "leak.sql").write_text(view())
    assert linted(root, "--no-cache") == 1
    found = capfd.readouterr()
    assert linted(root) == 1
    assert capfd.readouterr() == found


def test_a_finding_that_points_at_another_view_is_not_remembered(tmp_path: Path) -> None:
    loaded = load_project(lint_project(tmp_path, LEAKS), cached=True)
    analyzed, _ = analyze(loaded.project, loaded.context)
    parent, child = analyzed.views["leak"], analyzed.views["below"]
    label = Label(parent.spec.file.span(0, 1), "here")
    assert loaded.cache is not None
    for labels, kept in (((label,), False), ((), True)):
        found = Diagnostic("FC399", "a claim", child.spec.file.span(3, 5), labels=labels)
        known = Remembered(child, {"view.leak": parent.fingerprint}, (found,))
        loaded.cache.remember(known)
        assert (loaded.cache.recall(child.spec) is not None) == kept


def test_two_processes_lint_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = lint_project(tmp_path, {**LEAKS, "features/broken.sql": view("'")})
    assert linted(root, "--no-cache") == 1
    found = capfd.readouterr()
    monkeypatch.setattr(sharing, "WORTHWHILE", 2)
    assert linted(root) == 1
    assert capfd.readouterr() == found
