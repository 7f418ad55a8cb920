"""``--add-noqa`` answers what stands and changes nothing else."""

from pathlib import Path

import pytest

from featurec.cli.app import main
from featurec.compiler import compile_project
from featurec.lint.selection import Selection
from featurec.linting import lint
from featurec.loading import load_project
from featurec.suppress import REASON_DUE
from tests.lint_project import HEADER, LEAK, project, view

Said = pytest.CaptureFixture[str]
DUE = f"noqa: FC302 -- {REASON_DUE}"


def report(root: Path) -> tuple[list[str], list[str]]:
    """Codes that stand and codes that are answered."""
    loaded = load_project(root)
    found = lint(loaded, Selection(loaded.project.lint))
    return [f.code for f in found.findings], [s.finding.code for s in found.suppressed]


def fingerprints(root: Path) -> dict[str, str]:
    """What every view means, comments aside."""
    return {name: view.fingerprint for name, view in compile_project(root).analyzed.views.items()}


def test_every_finding_gets_a_comment_and_a_leak_stays_unexplained(tmp_path: Path, capfd: Said) -> None:
    text = view(f"{LEAK} AS n,\n  {LEAK} + date_diff('day', created_at, current_date) AS m")
    root = project(tmp_path, {"features/a.sql": text.replace("owner: shop@example.com\n", "")})
    before = fingerprints(root)
    assert main(["lint", str(root), "--add-noqa"]) == 0
    assert capfd.readouterr().out.startswith("added 3 noqa comments in 1 file; a reason is due for each\n")
    lines = (root / "features/a.sql").read_text().splitlines()
    assert lines[1] == f"description: One of the tests' views.  # noqa: FC602 -- {REASON_DUE}"
    assert lines[6] == f"  {LEAK} AS n,  -- {DUE}"
    assert lines[7].endswith(f"AS m  -- noqa: FC302, FC304 -- {REASON_DUE}")
    assert report(root) == (["FC125", "FC125"], ["FC602", "FC302", "FC302", "FC304"])
    assert fingerprints(root) == before
    assert main(["lint", str(root), "--add-noqa"]) == 0
    assert (root / "features/a.sql").read_text().splitlines() == lines


AWKWARD = {
    "a comment at the end": view(f"{LEAK} AS n -- how many"),
    "a comment with a reason": view(f"{LEAK} + date_diff('day', created_at, current_date) AS n -- noqa: FC304 -- a"),
    "no line end at the end": HEADER
    + f"SELECT user_id, created_at, {LEAK} AS n FROM {{{{ source('shop', 'orders') }}}} o",
    "a loop that trims": view("{%- for i in [1, 2] %}\n  " + LEAK + " AS n{{ i }},\n  {%- endfor %}\n  1 AS one"),
    "spaces at the end": view(f"{LEAK} AS n   \n  , 1 AS one"),
    "windows line ends": view(f"{LEAK} AS n,\n  1 AS one").replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + view(f"{LEAK} AS n"),
}

OPEN = {
    "a string over lines": view(f"{LEAK} || 'a\nb' AS n"),
    "a block comment over lines": view(f"{LEAK} /* a\nb */ AS n"),
    "a tag over lines": view(f"{LEAK} AS {{{{ 'n' if true\nelse 'm' }}}}"),
}
"""The line of the finding ends inside of something, where no comment can stand."""


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_no_file_is_broken(text: str, tmp_path: Path) -> None:
    root = project(tmp_path, {"features/a.sql": text})
    before = fingerprints(root)
    assert "FC302" in report(root)[0]
    main(["lint", str(root), "--add-noqa"])
    after = (root / "features/a.sql").read_bytes().decode()
    standing, silent = report(root)
    assert (set(standing), "FC302" in silent) == ({"FC125"}, True), after
    assert fingerprints(root) == before
    assert after.count("\r\n") == text.count("\r\n")
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert after.endswith("\n") == text.endswith("\n")


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_a_line_that_cannot_hold_a_comment_is_left(text: str, tmp_path: Path, capfd: Said) -> None:
    root = project(tmp_path, {"features/a.sql": text})
    assert main(["lint", str(root), "--add-noqa"]) == 1
    assert "1 finding cannot be answered by a comment" in capfd.readouterr().out
    assert (root / "features/a.sql").read_text() == text


def test_a_macro_that_would_swallow_sql_gets_a_jinja_comment(tmp_path: Path) -> None:
    macro = "{% macro total() -%}\n  " + LEAK + "\n{%- endmacro %}\n"
    files = {"macros/total.sql": macro, "features/a.sql": view("{{ total() }} AS n, {{ total() }} AS m")}
    root = project(tmp_path, files)
    before = fingerprints(root)
    main(["lint", str(root), "--add-noqa"])
    assert set(report(root)[0]) == {"FC125"}
    assert fingerprints(root) == before
    texts = (root / "macros/total.sql").read_text() + (root / "features/a.sql").read_text()
    assert DUE in texts


def test_what_cannot_be_answered_is_left_and_told(tmp_path: Path, capfd: Said) -> None:
    files = {
        "featurec.yml": "name: shop\nlint: {exclude_rules: [FC313]}\n",
        "features/a.sql": view("nothing AS n"),
    }
    root = project(tmp_path, files)
    assert main(["lint", str(root), "--add-noqa"]) == 1
    out = capfd.readouterr().out
    assert out.startswith(
        "added 0 noqa comments; a reason is due for each\n2 findings cannot be answered by a comment\n"
    )
    assert {path: (root / path).read_text() for path in files} == files


def test_only_what_was_asked_about_is_answered(tmp_path: Path) -> None:
    files = {"features/a.sql": view(f"{LEAK} AS n"), "features/b.sql": view(f"{LEAK} AS n")}
    root = project(tmp_path, files)
    main(["lint", str(root / "features/b.sql"), "--add-noqa"])
    assert (root / "features/a.sql").read_text() == files["features/a.sql"]
    assert DUE in (root / "features/b.sql").read_text()
