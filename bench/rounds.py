"""What the benchmarks of training sets share: rounds of runs beside each other, their times, and a comparison of answers."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Took:
    """Of one run: seconds of wall clock, and of CPU in this process and those that it started.

    On a machine that is busy with something else, the CPU tells more.
    """

    seconds: float
    cpu: float


def timed(run: Callable[[], None]) -> Took:
    """Do it once."""
    start, before = time.perf_counter(), _cpu()
    run()
    return Took(time.perf_counter() - start, _cpu() - before)


def rounds(runs: Mapping[str, Callable[[], None]], repeat: int) -> dict[str, Took]:
    """Medians of each run; every round does all of them once, one after the other."""
    found: dict[str, list[Took]] = {name: [] for name in runs}
    for _ in range(repeat):
        for name, run in runs.items():
            found[name].append(timed(run))
    return {name: median(took) for name, took in found.items()}


def median(took: Sequence[Took]) -> Took:
    """The median of seconds and of CPU, each by itself."""
    return Took(statistics.median(t.seconds for t in took), statistics.median(t.cpu for t in took))


def show(took: Mapping[str, Took], yardsticks: Mapping[str, str]) -> None:
    """One line a run, with the ratio to its yardstick."""
    for name, found in took.items():
        line(name, found, took.get(yardsticks.get(name, "")), yardsticks.get(name, ""))


def line(name: str, found: Took, yardstick: Took | None = None, called: str = "") -> None:
    """One run: seconds, CPU, and how many times the yardstick's seconds that is."""
    ratio = f"{found.seconds / yardstick.seconds:6.2f} x {called}" if yardstick else ""
    by_cpu = f" (by CPU {found.cpu / yardstick.cpu:.2f})" if yardstick and yardstick.cpu else ""
    print(f"  {name:<34} {found.seconds:8.2f} s {found.cpu:8.2f} s CPU {ratio}{by_cpu}", flush=True)


def command(*arguments: object, cwd: Path) -> None:
    """A Python process; stops the benchmark with its output when it fails.

    Python keeps byte code here as it does for an installed package, whatever the environment says.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    ran = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{' '.join(map(str, arguments))} failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")


def same(left: Path, right: Path, tolerance: float = 0.0) -> None:
    """Stops the benchmark where two files differ in columns, in a row, or in the order of rows.

    Args:
        tolerance: how far doubles may be apart, relative to the larger of the two.
    """
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        described = [session.execute(f"DESCRIBE FROM read_parquet('{file}')").fetchall() for file in (left, right)]
        if [column[0] for column in described[0]] != [column[0] for column in described[1]]:
            sys.exit(f"the columns differ: {left}, {right}")
        conditions = ["l.file_row_number IS NOT NULL AND r.file_row_number IS NOT NULL"]
        for name, kind, *_ in described[0]:
            equal = f'l."{name}" IS NOT DISTINCT FROM r."{name}"'
            if tolerance and kind == "DOUBLE":
                near = f'abs(l."{name}" - r."{name}") <= {tolerance} * greatest(abs(l."{name}"), abs(r."{name}"))'
                equal = f"({equal} OR coalesce({near}, false))"
            conditions.append(equal)
        sides = [f"read_parquet('{file}', file_row_number = true)" for file in (left, right)]
        ((differing,),) = session.execute(
            f"SELECT count(*) FROM {sides[0]} AS l FULL JOIN {sides[1]} AS r USING (file_row_number) "
            f"WHERE NOT ({' AND '.join(conditions)})"
        ).fetchall()
    if differing:
        sys.exit(f"the answers differ in {differing} rows: {left.name}, {right.name}")


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)
