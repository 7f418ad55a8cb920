"""Window aggregates beside four plans written by hand: the same built table, the same rows in the same order, into Parquet.

    python bench/bench_windows.py [--spine 1000000] [--rows 10000000] [--dense 1000] [--sparse 100000] [--repeat 3]
                                  [--only dense|sparse] [--all]

Events and spine spread over a year; DuckDB has two threads. Per case every plan of ``windows_by_hand.py`` that can compute
it runs in the first round, and featurec with the plan that it chooses (`featurec.run.train.train` in this process,
compilation included). Plans that took more than three times the fastest are not run again. Seconds are medians. Range joins
over dense data take minutes and are left out without ``--all``. The answers are compared: doubles to ten digits, all else exactly.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
from projects import SECONDS, SPINE, explained, train_function, write_project
from rounds import Took, command, line, median, same, timed
from windows_by_hand import Windows, write

FEATUREC = "featurec"
EVENTS = """
SELECT
  CAST(hash(i) % {entities} AS BIGINT) AS user_id,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_microseconds(CAST(hash(i + 1000000007) % (CAST({seconds} AS BIGINT) * 1000000) AS BIGINT)) AS event_at,
  CAST(CAST(hash(i + 1) % 100000 AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2)) AS amount,
  CAST(hash(i + 1) % 100000 AS DOUBLE) / 100 AS price,
  CAST(hash(i + 2) % 1000 AS BIGINT) AS item
FROM range({rows}) AS numbers(i)
"""
COLUMNS = '{user_id: bigint, event_at: timestamptz, amount: "decimal(18,2)", price: double, item: bigint}'
VIEW = """\
/*---
entities: [user]
timestamp: event_at
features:
  amount: {type: "decimal(18,2)"}
  price: {type: double}
  item: {type: bigint}
aggregations:
  - {function: count, windows: [1d, 7d, 30d, 90d]}
  - {function: sum, column: amount, windows: [1d, 7d, 30d, 90d]}
  - {function: sum, column: price, windows: [1d, 7d, 30d, 90d]}
  - {function: min, column: amount, windows: [30d]}
  - {function: max, column: amount, windows: [30d]}
  - {function: count_distinct, column: item, windows: [30d]}
---*/
SELECT user_id, event_at, amount, price, item FROM bench.events
"""
TABLE = "features.purchases"


@dataclass(frozen=True)
class Case:
    """What is asked, and the plans by hand that compute it.

    Attributes:
        title: for people.
        plans: names in ``windows_by_hand.PLANS``; the first is what answers are compared with.
        slow: those that run only with ``--all``.
        tolerance: of the answers.
    """

    title: str
    asked: Windows
    plans: tuple[str, ...]
    slow: tuple[str, ...] = ()
    tolerance: float = 0.0


ONE, FOUR = (30,), (1, 7, 30, 90)
DECIMALS, DOUBLES = ("amount", ("count", "sum")), ("price", ("count", "sum"))
EXACT, ROUNDED = ("union frame", "prefix", "tiles"), ("union frame", "tiles")
DENSE = (
    Case("count and sum of decimals, 30 d", Windows(*DECIMALS, ONE, 12), EXACT, ("range join",)),
    Case("count and sum of decimals, 1, 7, 30, 90 d", Windows(*DECIMALS, FOUR, 12), EXACT, ("range join",)),
    Case("count and sum of doubles, 30 d", Windows(*DOUBLES, ONE, 12), ROUNDED, ("range join",), 1e-10),
    Case("count and sum of doubles, 1, 7, 30, 90 d", Windows(*DOUBLES, FOUR, 12), ROUNDED, ("range join",), 1e-10),
    Case("min and max, 30 d", Windows("amount", ("min", "max"), ONE, 12), ROUNDED, ("range join",)),
    Case(
        "different values, 30 d",
        Windows("item", ("count_distinct",), ONE),
        ("union frame", "islands"),
        ("range join",),
    ),
)
SPARSE = (
    Case("count and sum of decimals, 30 d", Windows(*DECIMALS, ONE, 720), ("range join", *EXACT)),
    Case("count and sum of decimals, 1, 7, 30, 90 d", Windows(*DECIMALS, FOUR), ("range join", *EXACT)),
    Case("count and sum of doubles, 30 d", Windows(*DOUBLES, ONE, 720), ("range join", *ROUNDED), tolerance=1e-10),
    Case(
        "count and sum of doubles, 1, 7, 30, 90 d", Windows(*DOUBLES, FOUR), ("range join", *ROUNDED), tolerance=1e-10
    ),
)


def prepare(root: Path, spine: int, rows: int, entities: int) -> None:
    """Events and spine as files, a project, and its built table."""
    sizes = {"entities": entities, "seconds": SECONDS}
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        session.execute(f"COPY ({EVENTS.format(rows=rows, **sizes)}) TO '{root / 'events.parquet'}' (FORMAT parquet)")
        session.execute(f"COPY ({SPINE.format(rows=spine, **sizes)}) TO '{root / 'spine.parquet'}' (FORMAT parquet)")
    target = {"built": "{type: duckdb, path: built.duckdb, threads: 2}"}
    write_project(root, {"purchases": VIEW}, COLUMNS, "path: events.parquet", target)
    start = time.perf_counter()
    command("-m", "featurec", "run", cwd=root)
    print(f"  {'featurec run (build)':<34} {time.perf_counter() - start:8.2f} s", flush=True)


def measure(root: Path, case: Case, plans: Sequence[str], repeat: int) -> dict[str, Took]:
    """Medians of each plan and of featurec; compares the answers of the first round."""
    files = {name: root / f"{name.replace(' ', '_')}.parquet" for name in (*plans, FEATUREC)}
    runs: dict[str, Callable[[], None]] = {
        name: partial(
            write, name, case.asked, str(root / "built.duckdb"), TABLE, str(root / "spine.parquet"), str(files[name])
        )
        for name in plans
    }

    def by_featurec() -> None:
        train_function(root, "built", {"purchases": case.asked.names()}, files[FEATUREC])

    runs[FEATUREC] = by_featurec
    took = {name: [timed(run)] for name, run in runs.items()}
    for name in (*plans[1:], FEATUREC):
        same(files[plans[0]], files[name], case.tolerance)
    fastest = min(took[name][0].seconds for name in plans)
    again = [name for name in runs if name == FEATUREC or took[name][0].seconds <= 3 * fastest]
    for _ in range(repeat - 1):
        for name in again:
            took[name].append(timed(runs[name]))
    return {name: median(found) for name, found in took.items()}


def compare(root: Path, case: Case, repeat: int, everything: bool) -> Mapping[str, Took]:
    """Print one case: each plan, featurec, its ratio to the fastest, and what it chose."""
    plans = (*case.plans, *case.slow) if everything else case.plans
    left_out = "" if everything or not case.slow else f" (left out without --all: {', '.join(case.slow)})"
    print(f" {case.title}{left_out}", flush=True)
    took = measure(root, case, plans, repeat)
    by_hand = {name: took[name] for name in plans}
    fastest = min(by_hand, key=lambda name: by_hand[name].seconds)
    for name, found in by_hand.items():
        line(f"by hand, {name}", found)
    line(FEATUREC, took[FEATUREC], took[fastest], f"{fastest}, aim at most 1.20")
    if "union frame" in by_hand and fastest != "union frame":
        print(
            f"  {'':<34} {by_hand['union frame'].seconds / took[FEATUREC].seconds:8.2f} x faster than the union frame"
        )
    for note in explained(root, "built", {"purchases": case.asked.names()}):
        print(f"    {note}", flush=True)
    return took


def bench(root: Path, cases: Sequence[Case], repeat: int, everything: bool) -> None:
    """All cases over one built table, and doubles beside decimals."""
    featurec = {case.title: compare(root, case, repeat, everything)[FEATUREC] for case in cases}
    print(" featurec, doubles beside decimals", flush=True)
    for title, found in featurec.items():
        if "doubles" in title:
            line(title, found, featurec[title.replace("doubles", "decimals")], "decimals, aim at most 3")


def main() -> None:
    """Measure what is asked for, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spine", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--dense", type=int, default=1_000, help="entities")
    parser.add_argument("--sparse", type=int, default=100_000, help="entities")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=["dense", "sparse"])
    parser.add_argument("--all", action="store_true", help="range joins over dense data too")
    asked = parser.parse_args()
    print(f"median of {asked.repeat}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-windows-") as folder:
        for name, entities, cases in (("dense", asked.dense, DENSE), ("sparse", asked.sparse, SPARSE)):
            if asked.only in (None, name):
                root = Path(folder) / name
                root.mkdir()
                print(f"{name}: {asked.spine:,} spine rows x {asked.rows:,} rows, {entities:,} entities", flush=True)
                prepare(root, asked.spine, asked.rows, entities)
                bench(root, cases, asked.repeat, asked.all)


if __name__ == "__main__":
    main()
