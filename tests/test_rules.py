"""Every code has a page, and every page shows what it says: its example is found, what to use instead is not."""

import re
import shutil
from pathlib import Path

import pytest

from featurec.compiler import compile_project
from featurec.diagnostic import Diagnostic, Severity
from featurec.dialects.dialect import get
from featurec.lint.rule import checked_rules, rule_names, severity_of
from featurec.lint.selection import Selection
from featurec.linting import lint
from featurec.loading import load_project
from featurec.manifest import artifacts
from featurec.project import resolve_target
from featurec.report.pages import Page, pages

ROOT = Path(__file__).resolve().parents[1]
BASE = Path(__file__).parent / "rule_project"
HEADINGS = ["What it does", "Why it is bad", "Example", "Use instead", "Known limits"]
LEAK_HEADINGS = [h.replace("is bad", "leaks") for h in HEADINGS]
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = pages()
EMITTED = re.compile(r"""["'](FC\d{3})["']""")


def section(page: Page, heading: str) -> str:
    """The text below a heading."""
    parts = re.split(r"^## (.+)$", page.body, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def files(page: Page, heading: str) -> dict[str, str]:
    """The files of an example: path -> text. Blocks without a path are for reading."""
    return {path: text for _, path, text in FENCE.findall(section(page, heading)) if path}


def findings(folder: Path, overlay: dict[str, str], dialect: str, code: str = "") -> list[Diagnostic]:
    """What lint and compile say of the base project with some files in the place of its own.

    Examples of other families do without descriptions and owners, which only pages of FC6 are about.
    """
    shutil.copytree(BASE, folder)
    for path, text in overlay.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    loaded = load_project(folder)
    unasked = () if code.startswith("FC6") else ("FC6",)
    found = list(lint(loaded, Selection(loaded.project.lint, exclude_rules=unasked)).findings)
    compilation = compile_project(folder)
    if not found:
        found += artifacts(compilation, get(dialect), dialect)[1]
    if compilation.project.targets:
        found += resolve_target(compilation.project, None, {})[1]
    return found


def dialect_of(page: Page, heading: str) -> str:
    """The dialect that ``featurec compile --dialect`` of an example names; DuckDB where none does."""
    named = re.search(r"--dialect (\w+)", section(page, heading))
    return named[1] if named else "duckdb"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_a_page_is_whole(page: Page) -> None:
    headings = LEAK_HEADINGS if page.code.startswith("FC3") else HEADINGS
    assert re.findall(r"^## (.+)$", page.body, re.MULTILINE) == headings
    assert re.fullmatch(r"FC\d{3}", page.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", page.name)
    assert page.summary.endswith(".")
    assert "`" not in page.name
    assert isinstance(page.severity, Severity)
    assert all(section(page, heading).strip() for heading in headings)


@pytest.mark.parametrize("page", [p for p in PAGES if files(p, "Example")], ids=lambda page: page.code)
def test_the_example_is_found_and_what_to_use_instead_is_not(page: Page, tmp_path: Path) -> None:
    found = findings(tmp_path / "bad", files(page, "Example"), dialect_of(page, "Example"), page.code)
    assert {f.code for f in found} == {page.code}, [f"{f.code} {f.claim}" for f in found]
    instead = files(page, "Use instead")
    assert instead, "an example that runs has something to use instead"
    assert findings(tmp_path / "good", instead, dialect_of(page, "Use instead"), page.code) == []


def test_pages_without_an_example_that_runs_are_about_what_is_outside_of_files() -> None:
    shown = {page.code for page in PAGES if not files(page, "Example")}
    # Sizes and bytes that a page cannot hold, what a command line asks for, what is found beside another code (FC313
    # beside FC109), connections and stores.
    assert {code for code in shown if not code.startswith(("FC7", "FC9"))} <= {
        "FC117",
        "FC118",
        "FC261",
        "FC262",
        "FC263",
        "FC264",
        "FC265",
        "FC266",
        "FC267",
        "FC268",
        "FC313",
        "FC402",
    }


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    sources = [f for f in (ROOT / "featurec").rglob("*.py") if f.parent.name != "rules"]
    emitted = {code for file in sources for code in EMITTED.findall(file.read_text())}
    emitted |= {rule.CODE for rule in checked_rules()}
    assert emitted == {page.code for page in PAGES}


def test_the_base_project_is_without_findings(tmp_path: Path) -> None:
    assert findings(tmp_path / "base", {}, "duckdb") == []


def test_names_are_unique() -> None:
    names = [page.name for page in PAGES]
    assert sorted(names) == sorted(set(names))


def test_the_linter_knows_every_page_by_its_file() -> None:
    assert rule_names() == {page.code: page.name for page in PAGES}
    assert {page.code: severity_of(page.code) for page in PAGES} == {page.code: page.severity for page in PAGES}


def test_compile_does_not_ask_for_descriptions(tmp_path: Path) -> None:
    """FC6 is for ``featurec lint`` alone."""
    shutil.copytree(BASE, tmp_path / "base")
    assert compile_project(tmp_path / "base").diagnostics == ()
