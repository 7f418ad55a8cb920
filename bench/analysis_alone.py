"""The yardstick of bench_lint.py: what `featurec compile` does of a project before it writes SQL, once, and nothing else.

python bench/analysis_alone.py PROJECT

Prints the share of the time checker.
"""

import atexit
import gc
import sys
import time
from pathlib import Path
from typing import Any

from featurec.analysis import view
from featurec.analysis.time.check import check_time
from featurec.compiler import analyze_project, load_project


class Stopwatch:
    """The time checker, with the seconds of process time that it takes."""

    seconds = 0.0

    def check(self, *arguments: Any) -> Any:
        """Call it."""
        start = time.process_time()
        try:
            return check_time(*arguments)
        finally:
            self.seconds += time.process_time() - start


def main(project: Path) -> None:
    """Load and analyze, with the collector of the command line."""
    gc.set_threshold(200_000, 50, 1000)
    atexit.register(gc.freeze)
    checker = Stopwatch()
    view.check_time = checker.check
    start = time.process_time()
    analyze_project(load_project(project))
    print(f"{checker.seconds / (time.process_time() - start):.0%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
