"""Golden SQL: each folder of ``tests/compile`` is a project and what it compiles to.

``out/duckdb.sql`` is whole, ``out/<dialect>.diff`` is how another dialect differs from it. ``pytest
tests/test_compile.py --update`` rewrites both; the change is then read as a diff.
"""

import os
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path

import pytest

from featurec.compiler import Compilation, compile_project
from featurec.dialects.dialect import get, names
from featurec.manifest import artifacts

ROOT = Path(__file__).resolve().parents[1]
CASES = sorted(Path(__file__).with_name("compile").iterdir())
parametrize_cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def compiled(case: Path) -> Compilation:
    compilation = compile_project(case / "project")
    assert [f"{d.code} {d.span}: {d.claim}" for d in compilation.diagnostics] == []
    return compilation


def text(compilation: Compilation, dialect: str) -> str:
    """All compiled files of a project one after the other, and what the dialect refuses."""
    made, findings = artifacts(compilation, get(dialect), dialect)
    root = f"compiled/{dialect}/"
    files = {path.removeprefix(root): sql for path, sql in made.files.items() if path.startswith(root)}
    refused = [f"-- {d.code} {d.severity}: {d.claim}; {d.cause}\n" for d in dict.fromkeys(findings)]
    return "\n".join([*(f"-- {path}\n{sql}" for path, sql in files.items()), *refused])


def golden(compilation: Compilation) -> dict[str, str]:
    """File name -> content, as they stand in ``out/``."""
    yardstick = text(compilation, "duckdb")
    found = {"duckdb.sql": yardstick}
    for dialect in names():
        if dialect != "duckdb":
            other = text(compilation, dialect).splitlines(keepends=True)
            diff = unified_diff(yardstick.splitlines(keepends=True), other, "duckdb", dialect, n=1)
            found[f"{dialect}.diff"] = "".join(diff)
    return found


@parametrize_cases
def test_compiles_to_what_is_on_record(case: Path, update: bool) -> None:
    found = golden(compiled(case))
    out = case / "out"
    if update:
        out.mkdir(exist_ok=True)
        for stale in {file.name for file in out.iterdir()} - set(found):
            (out / stale).unlink()
        for name, content in found.items():
            (out / name).write_text(content)
    assert sorted(file.name for file in out.iterdir()) == sorted(found)
    for name, content in found.items():
        assert (out / name).read_text() == content, f"{name} differs; --update rewrites it"


def test_compiling_twice_gives_the_same_bytes() -> None:
    """Two processes whose sets and dicts of strings hash differently."""
    script = "from tests.test_compile import *; print([golden(compiled(case)) for case in CASES])"
    command = [sys.executable, "-c", script]
    first, second = (
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    )
    assert first.stdout == second.stdout
    assert b"duckdb.sql" in first.stdout


def test_there_are_cases() -> None:
    assert len(CASES) >= 9
