"""A command as a process of its own, and what it cost."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """Of a process and those that it started.

    Attributes:
        seconds: of wall clock.
        cpu: seconds of user and system time.
        megabytes: of the largest process.
    """

    seconds: float
    cpu: float
    megabytes: float


def run(command: Sequence[str], cwd: Path) -> tuple[Cost, str]:
    """Run to the end; returns also what it printed. Stops the benchmark with that when the command fails.

    Python keeps byte code here as it does for an installed package, whatever the environment says.
    """
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, code, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        output.seek(0)
        text = output.read()
    if code:
        sys.exit(f"{' '.join(command)} failed:\n{text[-3000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), text


def median(costs: Sequence[Cost]) -> Cost:
    """Median times, largest process."""
    return Cost(
        statistics.median(c.seconds for c in costs),
        statistics.median(c.cpu for c in costs),
        max(c.megabytes for c in costs),
    )
