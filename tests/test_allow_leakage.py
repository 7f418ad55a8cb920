"""A view that sees the future is refused, unless a comment or ``--allow-leakage`` accepts it, and the manifest says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from featurec.cli.app import main
from tests.lint_project import HEADER, LEAK, project, view

Said = pytest.CaptureFixture[str]

ANSWERED = view(f"{LEAK} AS n  -- noqa: FC302 -- loaded once")
SPINE = HEADER + f"SELECT user_id, created_at, {LEAK} AS n FROM {{{{ source('shop', 'orders') }}}}\n"
TARGET = "name: shop\ndefault_target: dev\ntargets: {dev: {offline: {type: duckdb}}}\n"


def manifest(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((root / "target/manifest.json").read_text())
    return document


def accepted(root: Path) -> dict[str, list[tuple[str, int, str, str]]]:
    """Name -> code, line, who accepted it, and why, of everything that was accepted."""
    document = manifest(root)
    units = {**document["views"], **document["spines"]}
    return {
        name: [(a["code"], a["line"], a["accepted_by"], a["reason"]) for a in unit["leakage"]]
        for name, unit in units.items()
    }


def test_compile_refuses_a_leak(tmp_path: Path, capfd: Said) -> None:
    root = project(tmp_path, {"features/a.sql": view(f"{LEAK} AS n")})
    assert main(["compile", "--project-dir", str(root)]) == 1
    assert "error[FC302]" in capfd.readouterr().out
    assert not (root / "target/manifest.json").exists()


def test_the_flag_makes_a_leak_a_warning_that_is_recorded(tmp_path: Path, capfd: Said) -> None:
    root = project(tmp_path, {"features/a.sql": view(f"{LEAK} AS n"), "spines/s.sql": SPINE})
    assert main(["compile", "--project-dir", str(root), "--allow-leakage"]) == 0
    out = capfd.readouterr().out
    assert "warning[FC302]" in out
    assert "error" not in out.replace("0 errors", "")
    assert accepted(root) == {"a": [("FC302", 8, "flag", "")], "clean": [], "s": [("FC302", 7, "flag", "")]}
    assert set(manifest(root)["views"]["a"]["leakage"][0]) == {"code", "line", "claim", "accepted_by", "reason"}


def test_a_comment_accepts_a_leak_that_is_recorded(tmp_path: Path, capfd: Said) -> None:
    spine = SPINE.replace("AS n", "AS n  -- noqa: FC302 -- the label itself\n")
    root = project(tmp_path, {"features/a.sql": ANSWERED, "spines/s.sql": spine})
    for flag in ([], ["--allow-leakage"]):
        assert main(["compile", "--project-dir", str(root), *flag]) == 0
        assert "FC302" not in capfd.readouterr().out
        assert accepted(root) == {
            "a": [("FC302", 8, "noqa", "loaded once")],
            "clean": [],
            "s": [("FC302", 7, "noqa", "the label itself")],
        }


def test_the_flag_accepts_nothing_but_leaks(tmp_path: Path, capfd: Said) -> None:
    root = project(tmp_path, {"features/a.sql": view("nothing AS n")})
    assert main(["compile", "--project-dir", str(root), "--allow-leakage"]) == 1
    assert "error[FC204]" in capfd.readouterr().out


def test_settings_of_lint_accept_nothing(tmp_path: Path) -> None:
    quiet = "name: shop\nlint: {exclude_rules: [FC3], severity: {FC3: warning}}\n"
    root = project(tmp_path, {"featurec.yml": quiet, "features/a.sql": view(f"{LEAK} AS n")})
    assert main(["compile", "--project-dir", str(root)]) == 1


def test_run_and_train_follow_comments_and_the_flag(tmp_path: Path, capfd: Said) -> None:
    files = {
        "featurec.yml": TARGET,
        "sources.yml": """\
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, amount: double, created_at: timestamptz}
        timestamp: created_at
        path: orders.csv
""",
        "orders.csv": "user_id,amount,created_at\n1,2.5,2024-01-01T00:00:00Z\n",
        "spines/s.sql": HEADER + "SELECT user_id, created_at FROM {{ source('shop', 'orders') }}\n",
        "features/a.sql": view(f"{LEAK} AS n").replace("---*/", "features: {n: bigint}\n---*/"),
    }
    root = project(tmp_path, files)
    train = ["train", "s", "--features", "a:n", "-o", str(tmp_path / "out.csv"), "--project-dir", str(root)]
    run = ["run", "--project-dir", str(root)]
    assert main(run) == 1
    assert main(train) == 1
    assert main([*run, "--allow-leakage"]) == 0
    assert [a[:3] for a in accepted(root)["a"]] == [("FC302", 9, "flag")]
    (root / "features/a.sql").write_text(files["features/a.sql"].replace("AS n", "AS n  -- noqa: FC302 -- one load"))
    capfd.readouterr()
    assert main(run) == 0
    assert accepted(root)["a"] == [("FC302", 9, "noqa", "one load")]
    assert main(train) == 0
    assert main(["ls", "--project-dir", str(root)]) == 0
    assert "FC302" not in capfd.readouterr().out
    assert (tmp_path / "out.csv").exists()


def test_a_leak_is_remembered_in_the_cache_of_no_run(tmp_path: Path) -> None:
    """What was accepted once is asked again, and recorded again."""
    root = project(tmp_path, {"features/a.sql": view(f"{LEAK} AS n")})
    compile_it = ["compile", "--project-dir", str(root)]
    assert main([*compile_it, "--allow-leakage"]) == 0
    assert main([*compile_it, "--allow-leakage"]) == 0
    assert [a[:3] for a in accepted(root)["a"]] == [("FC302", 8, "flag")]
    assert main(compile_it) == 1
