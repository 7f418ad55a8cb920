"""Compile a generated project of 1,000 views: cold, and again with one file changed, beside `dbt compile` on the same SQL.

    python bench/bench_compile.py [--views 1000] [--repeat 3] [--without-dbt]

featurec parses, resolves, types and traces every column and writes SQL for its dialect; dbt renders the templates. dbt is
installed into .bench/dbt when it is missing. Every run is a process of its own; seconds are medians, MB the largest resident
set of one process.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from generated import dbt_project, featurec_project, write
from processes import ROOT, Cost, median, run

DBT = ROOT / ".bench" / "dbt"
PACKAGES = ("dbt-core>=1.10,<1.11", "dbt-duckdb")


def measured(
    project: Path, changed: Path, command: Sequence[str], forget: Callable[[], None], repeat: int
) -> tuple[Cost, Cost]:
    """Cold, and again after one file has changed its meaning."""
    cold, again = [], []
    original = changed.read_text()
    for number in range(repeat):
        forget()
        changed.write_text(original)
        cold.append(run(command, project)[0])
        changed.write_text(original.replace("> 3 THEN", f"> {number + 4} THEN"))
        again.append(run(command, project)[0])
    changed.write_text(original)
    return median(cold), median(again)


def install_dbt() -> str | None:
    """Make .bench/dbt where it is missing; returns why there is none, or None."""
    if not (DBT / "bin" / "dbt").exists():
        print("installing dbt into .bench/dbt", flush=True)
        venv.create(DBT, with_pip=True, clear=True)
        pip = [str(DBT / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        installed = subprocess.run(pip, capture_output=True, text=True, check=False)
        if installed.returncode:
            shutil.rmtree(DBT)
            return installed.stderr.strip().splitlines()[-1] if installed.stderr.strip() else "pip failed"
    return None


def show(name: str, cold: Cost, again: Cost) -> None:
    """Print one line of the table."""
    print(
        f"{name:<10} {cold.seconds:8.2f} s {cold.megabytes:7.0f} MB   {again.seconds:8.2f} s {again.megabytes:7.0f} MB",
        flush=True,
    )


def main() -> None:
    """Write both projects, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without-dbt", action="store_true")
    arguments = parser.parse_args()
    missing = "left out" if arguments.without_dbt else install_dbt()
    with tempfile.TemporaryDirectory(prefix="bench-compile-") as folder:
        ours, theirs = Path(folder) / "featurec", Path(folder) / "dbt"
        write(featurec_project(arguments.views), ours)
        write(dbt_project(arguments.views), theirs)
        print(f"{arguments.views} views, median of {arguments.repeat}, {os.cpu_count()} cores")
        print(f"{'':<10} {'cold':>10} {'':>10}   {'one file changed':>10}")

        def forget(project: Path) -> None:
            for artifacts in ("target", ".featurec"):
                shutil.rmtree(project / artifacts, ignore_errors=True)

        name = "area_1/view_1.sql"
        command = [sys.executable, "-m", "featurec", "compile"]
        cold, again = measured(ours, ours / "features" / name, command, lambda: forget(ours), arguments.repeat)
        show("featurec", cold, again)
        if missing:
            print(f"dbt is not installed ({missing}); no ratio")
            return
        dbt = [str(DBT / "bin" / "dbt"), "--quiet", "compile", "--profiles-dir", "."]
        dbt_cold, dbt_again = measured(theirs, theirs / "models" / name, dbt, lambda: forget(theirs), arguments.repeat)
        show("dbt", dbt_cold, dbt_again)
        print(
            f"{'ratio':<10} {cold.seconds / dbt_cold.seconds:8.2f}   {'':>10}   {again.seconds / dbt_again.seconds:8.2f}"
        )


if __name__ == "__main__":
    main()
