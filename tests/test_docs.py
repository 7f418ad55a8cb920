"""Pages say what is so: generated ones are fresh, links lead somewhere, and the README's commands do what it shows."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from featurec.cli.app import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    file
    for pattern in ("*.md", "docs/**/*.md", "example_project/*.md")
    for file in ROOT.glob(pattern)
    if ".venv" not in file.parts
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in FENCE.findall(page.read_text()) if kind == language]


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page.name}: {link}"


def test_the_readme_shows_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every `$ featurec …` of the first example; seconds differ, and `…` stands for lines that are left out."""
    monkeypatch.chdir(tmp_path)
    (session,) = (text for text in blocks(ROOT / "README.md", "console") if "featurec init shop" in text)
    shown: list[tuple[str, list[str]]] = []
    for text in session.splitlines():
        if text.startswith("$ "):
            shown.append((text[2:], []))
        else:
            shown[-1][1].append(text)
    assert len(shown) == 6
    for command, lines in shown:
        words = shlex.split(command)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            settings = Path("featurec.yml")
            settings.write_text(settings.read_text().replace("url: embedded", f"url: '{postgres_database}'"))
            continue
        assert main(words[1:]) == 0, command
        said = capfd.readouterr().out
        if words[1] != "online":
            said_lines = [timeless(text) for text in said.splitlines()]
            assert [timeless(text) for text in lines if timeless(text) not in said_lines] == [], command


def timeless(text: str) -> str:
    return re.sub(r"\d+\.\d+s", "0s", text)


def test_the_readme_makes_the_leak_that_it_shows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "shop")]) == 0
    view = tmp_path / "shop" / "features" / "customer_orders.sql"
    (shown,) = (text for text in blocks(ROOT / "README.md", "console") if "error[FC302]" in text)
    (leak,) = re.findall(r"^15 \|(.*)$", shown, re.MULTILINE)
    view.write_text(view.read_text().replace("AS last_amount,\n", f"AS last_amount,\n{leak[1:]}\n"))
    capfd.readouterr()
    assert main(["compile", "--project-dir", str(tmp_path / "shop")]) == 1
    assert shown.strip() in capfd.readouterr().out


def test_the_readme_names_every_command(capfd: pytest.CaptureFixture[str]) -> None:
    from featurec.cli.group import command_names

    text = (ROOT / "README.md").read_text()
    assert [name for name in command_names() if not re.search(rf"`(featurec )?{name}\b", text)] == []
