"""Lint a generated project of 1,000 views beside its analysis alone, and one file of the project that `init` writes.

    python bench/bench_lint.py [--views 1000] [--repeat 3] [--files 9]

The yardstick is analysis_alone.py: the same project loaded and analyzed by the library in one process, without cache, rules
or report. `featurec lint` begins from nothing, or from what it remembers of a run before. Every run is a process of its own,
and its files are in memory; cpu is user and system time of all its processes, in seconds, the median over the runs.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from generated import featurec_project, write
from processes import ROOT, Cost, median, run

LINT = [sys.executable, "-m", "featurec", "lint"]
DRIVERS = {"duckdb", "psycopg", "pyarrow", "sqlalchemy", "adbc_driver_manager", "pandas"}
MOST_RATIO = 1.6
MOST_SECONDS = 0.4


def nothing() -> None:
    """What need not be done before a run."""


def measured(
    command: Sequence[str], project: Path, repeat: int, before: Callable[[], None] = nothing
) -> tuple[Cost, str]:
    """The median over some runs, and what the last one printed."""
    costs, text = [], ""
    for _ in range(repeat):
        before()
        cost, text = run(command, project)
        costs.append(cost)
    return median(costs), text


def show(name: str, cost: Cost, note: str = "") -> None:
    """Print one line of the table."""
    line = f"{name:<34} {cost.cpu:7.2f} s cpu {cost.seconds:7.2f} s {cost.megabytes:5.0f} MB   {note}"
    print(line.rstrip(), flush=True)


def many(project: Path, repeat: int) -> None:
    """The whole project: from nothing, unchanged, and without cache."""

    def forget() -> None:
        shutil.rmtree(project / ".featurec", ignore_errors=True)

    alone = [sys.executable, str(ROOT / "bench" / "analysis_alone.py"), str(project)]
    yardstick, checker = measured(alone, project, repeat)
    show("analysis alone", yardstick, f"{checker.strip()} of it the time checker")
    for name, command, before in (
        ("lint, from nothing", LINT, forget),
        ("lint --no-cache", [*LINT, "--no-cache"], nothing),
        ("lint, nothing changed", LINT, nothing),
    ):
        cost, _ = measured(command, project, repeat, before)
        ratio = cost.cpu / yardstick.cpu
        show(name, cost, f"{ratio:.2f} × the analysis (at most {MOST_RATIO} is aimed at)")


def one(project: Path, repeat: int) -> None:
    """One file, as an editor or a hook asks for it."""
    file = "features/customer_orders.sql"
    run([*LINT, file], project)
    for name, command in (
        ("lint FILE, unchanged", [*LINT, file]),
        ("lint --no-cache FILE", [*LINT, "--no-cache", file]),
    ):
        cost, _ = measured(command, project, repeat)
        show(name, cost, f"at most {MOST_SECONDS} s cpu is aimed at")


def imported(project: Path) -> set[str]:
    """The packages that linting a file imports."""
    listing = run(
        [sys.executable, "-X", "importtime", *LINT[1:], "--no-cache", "features/customer_orders.sql"], project
    )[1]
    rows = [line for line in listing.splitlines() if line.startswith("import time:")]
    return {row.rpartition("|")[2].strip().partition(".")[0] for row in rows}


def main() -> None:
    """Write the projects, measure, print; fails where linting imports a driver."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--files", type=int, default=9, help="runs of one file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-lint-") as folder:
        large, small = Path(folder) / "large", Path(folder) / "small"
        write(featurec_project(arguments.views), large)
        run([sys.executable, "-m", "featurec", "init", str(small)], Path(folder))
        packages = imported(small)
        print(f"{arguments.views} views, median of {arguments.repeat}, {os.cpu_count()} cores")
        many(large, arguments.repeat)
        print(f"one file, median of {arguments.files}")
        one(small, arguments.files)
    drivers = sorted(packages & DRIVERS)
    if drivers or "sqlglot" not in packages:
        sys.exit(f"lint imports {', '.join(drivers) or 'nothing'}")
    print(f"lint imports none of {', '.join(sorted(DRIVERS))}")


if __name__ == "__main__":
    main()
